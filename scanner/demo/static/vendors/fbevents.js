/* Stand-in for the Meta pixel: the browser id and one PageView. */
(() => {
  const known = document.cookie.match(/(?:^|; )_fbp=([^;]*)/);
  const browser = known ? known[1] : `fb.1.${Date.now()}.${Math.floor(Math.random() * 1e17)}`;
  document.cookie = `_fbp=${browser}; path=/; max-age=7776000; SameSite=Lax`;
  const event = new URLSearchParams({ id: "1029384756", ev: "PageView", dl: location.href, fbp: browser, v: "2.9" });
  new Image().src = "https://www.facebook.com/tr/?" + event;
})();
