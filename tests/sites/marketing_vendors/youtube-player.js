// Stub of YouTube's embedded player: device id in localStorage, log call, DoubleClick id.
(function () {
  'use strict';
  const now = Date.now();
  localStorage.setItem('yt-remote-device-id', JSON.stringify({ data: crypto.randomUUID(), expiration: now + 31536000000, creation: now }));
  sessionStorage.setItem('yt-remote-session-app', JSON.stringify({ data: 'youtube-desktop', creation: now }));
  fetch('/youtubei/v1/log_event?alt=json', { method: 'POST', body: '{"events":[]}' });
  const tag = document.createElement('script');
  tag.async = true;
  tag.src = 'https://static.doubleclick.net/instream/ad_status.js';
  document.head.append(tag);
  fetch('https://googleads.g.doubleclick.net/pagead/id', { credentials: 'include' });
})();
