// Stub of the Meta pixel: queue, consent revoke/grant, _fbp, one image per event.
(function () {
  'use strict';
  const fbq = window.fbq, held = [];
  let id = '', granted = true;

  function browserId() {
    const known = /(?:^|; )_fbp=([^;]*)/.exec(document.cookie);
    if (known) return known[1];
    const fresh = `fb.1.${Date.now()}.${String(Math.floor(1e17 + Math.random() * 8e17))}`;
    document.cookie = `_fbp=${fresh}; Max-Age=7776000; Path=/; Domain=${location.hostname.replace(/^www\./, '')}; SameSite=Lax`;
    return fresh;
  }

  function track(event) {
    if (!granted) { held.push(event); return; }
    const query = new URLSearchParams({ id, ev: event, dl: location.href, rl: document.referrer, if: 'false', fbp: browserId() });
    new Image().src = `https://www.facebook.com/tr/?${query}`;
  }

  function call(command, first) {
    if (command === 'init') {
      id = first;
      const config = document.createElement('script');
      config.async = true;
      config.src = `https://connect.facebook.net/signals/config/${id}?v=2.9.200&r=stable`;
      document.head.appendChild(config);
    }
    if (command === 'consent') {
      granted = first === 'grant';
      if (granted) held.splice(0).forEach(track);
    }
    if (command === 'track') track(first);
  }

  fbq.callMethod = call;
  fbq.queue.splice(0).forEach((entry) => call(...entry));
})();
