/** Let the browser paint and answer the visitor. @returns {Promise<unknown>} */
export const breathe = () =>
  /** @type {{ scheduler?: { yield?: () => Promise<unknown> } }} */ (globalThis).scheduler?.yield?.() ||
  new Promise((resolve) => setTimeout(resolve));

/** Run it; an error is told to the page as its own scripts' errors are, and stops nothing else.
 *  @param {() => unknown} run */
export const attempt = async (run) => {
  try {
    await run();
  } catch (error) {
    reportError(error);
  }
};
