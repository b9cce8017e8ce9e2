// Stub of the Hotjar tag: a visitor and a session cookie.
(function () {
  'use strict';
  const domain = location.hostname.replace(/^www\./, '');
  const write = (name, value, life) => {
    document.cookie = `${name}=${btoa(JSON.stringify(value))}; Max-Age=${life}; Path=/; Domain=${domain}; SameSite=None; Secure`;
  };
  const now = Date.now();
  write('_hjSessionUser_1234567', { id: crypto.randomUUID(), created: now, existing: true }, 31536000);
  write('_hjSession_1234567', { id: crypto.randomUUID(), c: now, s: 0, r: 0, sb: 0 }, 1800);
  localStorage.setItem('_hjActiveViewportIds', JSON.stringify([crypto.randomUUID()]));
})();
