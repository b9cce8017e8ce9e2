/* Stand-in for HubSpot's analytics: visitor, session and the page view. */
(() => {
  const hex = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");
  const known = document.cookie.match(/(?:^|; )hubspotutk=([^;]*)/);
  const visitor = known ? known[1] : hex();
  const now = Date.now();
  const keep = (name, value, seconds) => {
    document.cookie = `${name}=${value}; path=/; SameSite=Lax` + (seconds ? `; max-age=${seconds}` : "");
  };
  keep("hubspotutk", visitor, 15552000);
  keep("__hstc", `4817360.${visitor}.${now}.${now}.${now}.1`, 15552000);
  keep("__hssc", `4817360.1.${now}`, 1800);
  keep("__hssrc", "1");
  new Image().src = `https://track.hubspot.com/__ptq.gif?a=4817360&vi=${visitor}&pu=${encodeURIComponent(location.href)}`;
})();
