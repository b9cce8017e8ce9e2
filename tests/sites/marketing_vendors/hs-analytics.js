// Stub of HubSpot analytics: four cookies and a 1x1 image per page.
(function () {
  'use strict';
  const domain = location.hostname.replace(/^www\./, '');
  const write = (name, value, life) => {
    document.cookie = `${name}=${value}${life ? `; Max-Age=${life}` : ''}; Path=/; Domain=${domain}; SameSite=Lax`;
  };
  const known = /(?:^|; )hubspotutk=([^;]*)/.exec(document.cookie);
  const visitor = known ? known[1] : crypto.randomUUID().replaceAll('-', '');
  const now = Date.now();
  write('__hstc', `261122334.${visitor}.${now}.${now}.${now}.1`, 15552000);
  write('hubspotutk', visitor, 15552000);
  write('__hssrc', '1');
  write('__hssc', `261122334.1.${now}`, 1800);
  const query = new URLSearchParams({ k: '1', sd: `${screen.width}x${screen.height}`, a: '7654321', pu: location.href, t: document.title, cts: String(now), vi: visitor });
  new Image().src = `https://track.hubspot.com/__ptq.gif?${query}`;
})();
