// Stub of HubSpot's script loader: it brings analytics and the form collector.
(function () {
  'use strict';
  const add = (id, src) => {
    if (document.getElementById(id)) return;
    const tag = document.createElement('script');
    tag.id = id;
    tag.async = true;
    tag.src = src;
    document.head.appendChild(tag);
  };
  add('hs-analytics', 'https://js.hs-analytics.net/analytics/1750000000000/7654321.js');
  add('CollectedForms-7654321', 'https://js.hscollectedforms.net/collectedforms.js');
})();
