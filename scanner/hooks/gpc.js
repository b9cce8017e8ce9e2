// What a browser with Global Privacy Control shows to a page, beside the header (https://w3c.github.io/gpc/).
Object.defineProperty(Navigator.prototype, "globalPrivacyControl", {
  configurable: true,
  enumerable: true,
  get: () => true,
});
