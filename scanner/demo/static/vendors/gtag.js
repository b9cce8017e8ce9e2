/* Stand-in for Google Analytics 4: the cookies and the hit it is known for, nothing else. */
(() => {
  const stream = "NW1DEMO42";
  const year = 63072000;
  const now = Math.floor(Date.now() / 1000);
  const read = (name) => (document.cookie.split("; ").find((c) => c.startsWith(name + "=")) || "").slice(name.length + 1);
  const keep = (name, value) => { document.cookie = `${name}=${value}; path=/; max-age=${year}; SameSite=Lax`; };
  const client = read("_ga") || `GA1.1.${Math.floor(Math.random() * 2 ** 31)}.${now}`;
  keep("_ga", client);
  keep("_ga_" + stream, `GS2.1.s${now}$o1$g0$t${now}$j60$l0$h0`);
  const hit = new URLSearchParams({
    v: "2", tid: "G-" + stream, cid: client.slice(6), en: "page_view", dl: location.href, dt: document.title,
  });
  navigator.sendBeacon("https://www.google-analytics.com/g/collect?" + hit);
})();
