// Stub of a reCAPTCHA release: a key in localStorage, the anchor frame, and `grecaptcha`.
(function () {
  'use strict';
  const flavour = document.currentScript.dataset.flavour;
  const invisible = flavour === 'enterprise';
  localStorage.setItem('_grecaptcha', '09A' + Array.from({ length: 40 }, () => Math.floor(Math.random() * 36).toString(36)).join(''));
  const holder = document.querySelector(invisible ? '[data-size=invisible]' : '.g-recaptcha');
  if (!holder) return;
  const frame = document.createElement('iframe');
  frame.title = 'reCAPTCHA';
  frame.name = invisible ? 'a-invisible' : 'a-checkbox';
  frame.width = invisible ? '256' : '304';
  frame.height = invisible ? '60' : '78';
  const query = new URLSearchParams({ ar: '1', k: holder.dataset.sitekey, hl: 'en', v: 'fixture', size: invisible ? 'invisible' : 'normal' });
  frame.src = `https://www.google.com/recaptcha/${flavour}/anchor?${query}`;
  holder.append(frame);
  window.grecaptcha = { ready: (then) => then(), execute: async () => 'fixture-token', getResponse: () => '' };
})();
