() => {
  // A visitor who leaves: first the tab is hidden, then the page goes. No event of the browser's own reaches
  // DevTools any more once the next document is there.
  for (const [name, value] of /** @type {const} */ ([["visibilityState", "hidden"], ["hidden", true]])) {
    Object.defineProperty(document, name, { value, configurable: true });
  }
  document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
  dispatchEvent(new PageTransitionEvent("pagehide", { persisted: false }));
}
