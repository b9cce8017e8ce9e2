/* Stand-in for the Pinterest tag. */
(() => {
  const id = btoa(crypto.randomUUID());
  document.cookie = `_pin_unauth=${encodeURIComponent(id)}; path=/; max-age=31536000; SameSite=Lax`;
  new Image().src = "https://ct.pinterest.com/v3/?tid=2612345678&event=pagevisit&cb=" + Date.now();
})();
