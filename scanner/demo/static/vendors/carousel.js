/* A harmless library from a CDN: turns the quotes on the home page. */
window.tinyCarousel = (root, seconds) => {
  const slides = [...root.children];
  let shown = 0;
  const show = () => slides.forEach((slide, i) => { slide.hidden = i !== shown; });
  show();
  setInterval(() => { shown = (shown + 1) % slides.length; show(); }, seconds * 1000);
};
