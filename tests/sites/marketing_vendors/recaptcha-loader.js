// Stub of reCAPTCHA's api.js and enterprise.js: it brings the release from gstatic.
(function () {
  'use strict';
  const config = (window.___grecaptcha_cfg = window.___grecaptcha_cfg || {});
  config.enterprise = /\/enterprise\.js/.test(document.currentScript.src);
  const tag = document.createElement('script');
  tag.async = true;
  tag.crossOrigin = 'anonymous';
  tag.dataset.flavour = config.enterprise ? 'enterprise' : 'api2';
  tag.src = 'https://www.gstatic.com/recaptcha/releases/fixture00000000000000000/recaptcha__en.js';
  document.head.append(tag);
})();
