() => {
  const SINKS = ['src', 'srcset', 'href', 'data', 'poster'];
  /** @param {string} text */
  const address = (text) => {
    try {
      return new URL(text, document.baseURI).href;
    } catch {
      return '';
    }
  };
  const held = SINKS.flatMap((name) =>
    [...document.querySelectorAll(`[data-consentinel-${name}]`)]
      .slice(0, 500)
      .map((element) => address(element.getAttribute(`data-consentinel-${name}`) ?? '')),
  );
  const state = window.consentinel?.state?.() ?? null;
  if (!state) return { banner: null, held };
  const { mode, regime, decided, choices, late, pending } = state;
  const above = (late ?? []).map((/** @type {{ url: string }} */ tag) => tag.url);
  return { banner: { mode, regime, decided, choices: { ...choices }, pending, late: above }, held };
}
