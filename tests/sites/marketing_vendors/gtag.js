// Stub of gtag.js for one GA4 property: Consent Mode, two cookies, one collect hit per event.
(function () {
  'use strict';
  const ID = 'G-MKTSITE001', COLLECT = 'https://region1.google-analytics.com/g/collect';
  const consent = { analytics_storage: 'granted', ad_storage: 'granted' };
  const domain = location.hostname.replace(/^www\./, '');

  function read(name) {
    const found = document.cookie.split('; ').find((pair) => pair.startsWith(name + '='));
    return found && found.slice(name.length + 1);
  }

  function write(name, value) {
    document.cookie = `${name}=${value}; Max-Age=63072000; Path=/; Domain=${domain}`;
  }

  function client() {
    const now = Math.floor(Date.now() / 1000);
    if (!read('_ga')) write('_ga', `GA1.1.${Math.floor(1e9 + Math.random() * 9e9)}.${now}`);
    if (!read('_ga_MKTSITE001')) write('_ga_MKTSITE001', `GS2.1.s${now}$o1$g0$t${now}$j60$l0$h0`);
    return read('_ga').split('.').slice(2).join('.');
  }

  function send(event) {
    const gcs = `G1${Number(consent.ad_storage === 'granted')}${Number(consent.analytics_storage === 'granted')}`;
    const query = new URLSearchParams({ v: '2', tid: ID, gcs, en: event, dl: location.href, dt: document.title });
    if (consent.analytics_storage === 'granted') query.set('cid', client());
    navigator.sendBeacon(`${COLLECT}?${query}`);
  }

  function handle(entry) {
    const [command, subject, parameters] = Array.from(entry);
    if (command === 'consent') {
      Object.assign(consent, parameters);
      if (subject === 'update' && consent.analytics_storage === 'granted') client();
    }
    if (command === 'config') send('page_view');
    if (command === 'event') send(subject);
  }

  const layer = (window.dataLayer = window.dataLayer || []);
  const push = layer.push.bind(layer);
  const isCommand = (entry) => Object.prototype.toString.call(entry) === '[object Arguments]';
  layer.filter(isCommand).forEach(handle);
  layer.push = function (...entries) {
    const length = push(...entries);
    entries.filter(isCommand).forEach(handle);
    return length;
  };
})();
