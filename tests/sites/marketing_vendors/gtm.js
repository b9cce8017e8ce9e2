// Stub of a Google Tag Manager container: conversion linker, and custom HTML by three ways of injecting it.
(function () {
  'use strict';
  if (!/(?:^|; )_gcl_au=/.test(document.cookie)) {
    const id = String(Math.floor(1e9 + Math.random() * 9e9));
    document.cookie = `_gcl_au=1.1.${id}.${Math.floor(Date.now() / 1000)}; Max-Age=7776000; Path=/; Domain=${location.hostname.replace(/^www\./, '')}`;
  }

  function byCreateElement() {
    const tag = document.createElement('script');
    tag.async = true;
    tag.src = 'https://static.hotjar.com/c/hotjar-1234567.js?sv=6';
    document.head.appendChild(tag);
  }

  function byInnerHtml() {
    const holder = document.createElement('div');
    holder.style.display = 'none';
    document.body.appendChild(holder);
    holder.innerHTML = '<img width="1" height="1" alt="" src="https://px.ads.linkedin.com/collect/?pid=987654&fmt=gif">';
  }

  function byDocumentWrite() {
    // A script that was loaded async may not write into the page itself: tags write into a frame of their own.
    const frame = document.createElement('iframe');
    frame.style.display = 'none';
    frame.title = 'tag';
    document.body.appendChild(frame);
    const inner = frame.contentDocument;
    inner.open();
    inner.write('<!doctype html><script src="https://bat.bing.com/bat.js"><\/script>');
    inner.close();
  }

  byCreateElement();
  function withBody() { byInnerHtml(); byDocumentWrite(); }
  if (document.body) withBody(); else document.addEventListener('DOMContentLoaded', withBody);
})();
