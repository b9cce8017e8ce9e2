() => {
  const signs = [];
  const value = (/** @type {string} */ path) =>
    path.split(".").reduce((/** @type {any} */ owner, name) => owner?.[name], globalThis);
  for (const { id, selectors, globals } of __TABLE__) {
    for (const selector of selectors) if (document.querySelector(selector)) signs.push([id, `element ${selector}`]);
    for (const name of globals) if (value(name) !== undefined) signs.push([id, `JavaScript global ${name}`]);
  }
  return signs;
}
