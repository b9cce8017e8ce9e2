/* Stand-in for the LinkedIn Insight tag. */
(() => {
  document.cookie = `li_fat_id=${crypto.randomUUID()}; path=/; max-age=2592000; SameSite=Lax`;
  new Image().src = `https://px.ads.linkedin.com/collect/?pid=271828&fmt=gif&time=${Date.now()}`;
})();
