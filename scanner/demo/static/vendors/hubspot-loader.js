/* Stand-in for HubSpot's loader: it fetches the analytics script. */
(() => {
  const script = document.createElement("script");
  script.async = true;
  script.src = "https://js.hs-analytics.net/analytics/4817360.js";
  document.head.append(script);
})();
