/* The shop's own consent banner. It gates some of the tags and, like many real ones, forgets others. */
(() => {
  const COOKIE = "cookie_consent";
  const CATEGORIES = ["functional", "performance", "targeting"];
  const HALF_YEAR_S = 15552000;
  const DOMAIN = location.hostname.replace(/^[^.]+/, ""); // one choice for all hosts of the company
  const banner = document.getElementById("consent");
  const form = document.getElementById("consent-settings");

  const stored = () => {
    const match = document.cookie.match(/(?:^|; )cookie_consent=([^;]*)/);
    return match && match[1].split(",");
  };
  const choose = (granted) => {
    document.cookie = `${COOKIE}=${["necessary", ...granted].join(",")}; domain=${DOMAIN}; path=/; max-age=${HALF_YEAR_S}; SameSite=Lax`;
    banner.hidden = true;
    dispatchEvent(new CustomEvent("consent", { detail: granted }));
  };
  const open = () => {
    const granted = stored() || [];
    for (const category of CATEGORIES) form.elements[category].checked = granted.includes(category);
    banner.hidden = false;
  };

  document.getElementById("consent-accept").addEventListener("click", () => choose(CATEGORIES));
  document.getElementById("consent-reject").addEventListener("click", () => choose([]));
  document.getElementById("consent-more").addEventListener("click", (event) => {
    form.hidden = !form.hidden;
    event.target.setAttribute("aria-expanded", String(!form.hidden));
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    choose(CATEGORIES.filter((category) => form.elements[category].checked));
  });
  document.getElementById("consent-open").addEventListener("click", open);

  window.shopConsent = { stored };
  if (!stored()) open();
})();
