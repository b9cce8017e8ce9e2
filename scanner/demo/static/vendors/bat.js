/* Stand-in for Microsoft Advertising's UET tag. */
(() => {
  const hex = () => crypto.randomUUID().replaceAll("-", "");
  const keep = (name, seconds) => {
    if (!document.cookie.includes(name + "=")) document.cookie = `${name}=${hex()}; path=/; max-age=${seconds}; SameSite=Lax`;
  };
  keep("_uetsid", 86400);
  keep("_uetvid", 33696000);
  new Image().src = "https://bat.bing.com/action/0?ti=97012345&evt=pageLoad&p=" + encodeURIComponent(location.href);
})();
