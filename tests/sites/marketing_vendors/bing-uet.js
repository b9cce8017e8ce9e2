// Stub of Microsoft UET: two cookies and one image.
(function () {
  'use strict';
  const domain = location.hostname.replace(/^www\./, '');
  const id = () => crypto.randomUUID().replaceAll('-', '');
  const session = id(), visitor = id();
  document.cookie = `_uetsid=${session}; Max-Age=86400; Path=/; Domain=${domain}`;
  document.cookie = `_uetvid=${visitor}; Max-Age=33696000; Path=/; Domain=${domain}`;
  const query = new URLSearchParams({ ti: '5566778', Ver: '2', mid: crypto.randomUUID(), sid: session, vid: visitor, evt: 'pageLoad' });
  new Image().src = `https://bat.bing.com/action/0?${query}`;
})();
