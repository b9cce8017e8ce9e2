/* The shop's tag manager: what is loaded, when, and whether it asks first. */
(() => {
  const TAGS = [
    // Waits for its category, as it should.
    { src: "https://connect.facebook.net/en_US/fbevents.js", category: "targeting" },
    { src: "https://js.hs-scripts.com/4817360.js", category: "targeting" },
    { src: "https://snap.licdn.com/li.lms-analytics/insight.min.js", category: "targeting", on: "scroll" },
    // Runs until somebody objects: wrong, but it stops on reject.
    { src: "https://static.hotjar.com/c/hotjar-3141592.js?sv=6", category: "performance", optOut: true },
    // Forgotten by whoever wired the banner.
    { src: "https://bat.bing.com/bat.js", afterMs: 2000 },
    { src: "https://s.pinimg.com/ct/core.js", on: "pointermove" },
    { src: "https://analytics.tiktok.com/i18n/pixel/events.js", onView: 2 },
  ];
  const LEFTOVERS = ["_hjSessionUser_3141592", "_hjSession_3141592"];
  const loaded = new Set();

  const views = Number(localStorage.getItem("page_views") || 0) + 1;
  localStorage.setItem("page_views", String(views));

  const allowed = (tag) => {
    const granted = window.shopConsent.stored();
    if (!tag.category) return true;
    return granted ? granted.includes(tag.category) : Boolean(tag.optOut);
  };
  const load = (tag) => {
    if (loaded.has(tag) || !allowed(tag)) return;
    loaded.add(tag);
    const script = document.createElement("script");
    script.async = true;
    script.src = tag.src;
    // A tag that was on its way when the visitor said no.
    script.addEventListener("load", () => { if (!allowed(tag)) clean(); });
    document.head.append(script);
  };
  const arm = (tag) => {
    if (tag.on) addEventListener(tag.on, () => load(tag), { passive: true });
    else if (tag.afterMs) setTimeout(load, tag.afterMs, tag);
    else if (!tag.onView || views >= tag.onView) load(tag);
  };
  const embeds = () => {
    if (!(window.shopConsent.stored() || []).includes("functional")) return;
    for (const frame of document.querySelectorAll("iframe[data-src]")) frame.src = frame.dataset.src;
  };
  const clean = () => {
    for (const name of LEFTOVERS) document.cookie = `${name}=; path=/; max-age=0`;
    localStorage.removeItem("hjActiveViewportIds");
    sessionStorage.removeItem("hjViewportId");
  };

  TAGS.forEach(arm);
  embeds();
  addEventListener("consent", (event) => {
    if (event.detail.length === 0) clean();
    TAGS.forEach(arm);
    embeds();
  });
})();
