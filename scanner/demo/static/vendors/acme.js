/* A tracker nobody has heard of: no list names it, so the scanner has to leave it unclassified. */
(() => {
  const seen = localStorage.getItem("aw_seen") || crypto.randomUUID();
  localStorage.setItem("aw_seen", seen);
  addEventListener("load", () => navigator.sendBeacon("https://metrics.acme-widgets.example/b", JSON.stringify({ seen, at: Date.now() })));
})();
