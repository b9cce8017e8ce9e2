/* Stand-in for Hotjar: visitor and session in cookies and in both web storages. */
(() => {
  const id = crypto.randomUUID();
  const keep = (name, seconds) => {
    if (document.cookie.includes(name + "=")) return;
    document.cookie = `${name}=${btoa(JSON.stringify({ id, created: Date.now() }))}; path=/; max-age=${seconds}; SameSite=Lax`;
  };
  keep("_hjSessionUser_3141592", 31536000);
  keep("_hjSession_3141592", 1800);
  localStorage.setItem("hjActiveViewportIds", JSON.stringify([{ id, last: Date.now() }]));
  sessionStorage.setItem("hjViewportId", id);
})();
