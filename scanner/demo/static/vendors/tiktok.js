/* Stand-in for the TikTok pixel. */
(() => {
  const id = crypto.randomUUID().replaceAll("-", "");
  if (!document.cookie.includes("_ttp=")) document.cookie = `_ttp=${id}; path=/; max-age=33696000; SameSite=Lax`;
  navigator.sendBeacon("https://analytics.tiktok.com/api/v2/pixel", JSON.stringify({ event: "Pageview", id }));
})();
