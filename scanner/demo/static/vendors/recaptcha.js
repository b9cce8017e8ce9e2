/* Stand-in for reCAPTCHA v2: renders the badge's frame for each widget, as the invisible kind does. */
(() => {
  const render = () => {
    for (const place of document.querySelectorAll(".g-recaptcha")) {
      const badge = document.createElement("div");
      badge.className = "grecaptcha-badge";
      badge.style.cssText = "position:fixed;right:-186px;bottom:96px;width:256px;height:60px;box-shadow:0 0 5px gray;border-radius:2px;overflow:hidden";
      const frame = document.createElement("iframe");
      frame.title = "reCAPTCHA";
      frame.width = "256";
      frame.height = "60";
      frame.style.border = "0";
      const query = new URLSearchParams({ k: place.dataset.sitekey, size: place.dataset.size || "normal", cb: Math.random().toString(36).slice(2) });
      frame.src = "https://www.google.com/recaptcha/api2/anchor?" + query;
      badge.append(frame);
      document.body.append(badge);
    }
  };
  window.grecaptcha = { ready: (then) => then(), render() {}, execute() {}, getResponse: () => "" };
  if (document.readyState === "loading") addEventListener("DOMContentLoaded", render);
  else render();
})();
