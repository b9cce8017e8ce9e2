/**
 * Looks for consent banners in one frame. The file is one function: the scanner evaluates it with a request and keeps
 * what it returns as a handle: `facts` is plain data, the functions act on elements by their number in the facts.
 * It writes nothing to the page and leaves no global behind.
 */
(
  /** @type {{topics: string[], rules: {name: string, banner: string[], accept: string[], reject: string[],
   *   settings: string[], save: string[], close: string[], toggles: string[]}[]}} */ request,
) => {
  const BUTTONS =
    'button, a, [role="button"], input[type="button"], input[type="submit"], ' +
    '[onclick], [class*="btn" i], [class*="button" i]';
  const SWITCHES = 'input[type="checkbox"], [role="switch"], [role="checkbox"]';
  const NAMED_LIKE_A_BANNER = /cookie|consent|gdpr|dsgvo|rgpd|privacy|ccpa/i;
  const UNREAD = new Set(["SCRIPT", "STYLE", "TEMPLATE", "NOSCRIPT", "IFRAME", "SELECT"]);
  const MAX_DIALOGS = 20;
  const MAX_CONTROLS = 60;
  const MAX_TEXT = 4000; // characters; a container with more is the page, not a banner
  const ROUNDS = 4;

  /** @type {Element[]} */
  const elements = [];
  /** @type {Map<Element, string>} */
  const texts = new Map();

  const number = (/** @type {Element} */ element) => elements.push(element) - 1;

  /** @returns {(Document | ShadowRoot)[]} the document and every open shadow root in it */
  function allRoots() {
    /** @type {(Document | ShadowRoot)[]} */
    const found = [document];
    for (let i = 0; i < found.length; i++) {
      for (const element of found[i].querySelectorAll("*")) if (element.shadowRoot) found.push(element.shadowRoot);
    }
    return found;
  }
  const roots = allRoots();

  /** @returns {Element[]} */
  const all = (/** @type {string} */ selector) => roots.flatMap((root) => [...root.querySelectorAll(selector)]);

  /** @returns {Element | null} */
  function parentOf(/** @type {Element} */ element) {
    if (element.assignedSlot) return element.assignedSlot;
    const parent = element.parentNode;
    return parent instanceof ShadowRoot ? parent.host : element.parentElement;
  }

  function* lineage(/** @type {Element} */ element) {
    for (let at = /** @type {Element | null} */ (element); at; at = parentOf(at)) yield at;
  }

  const isFixed = (/** @type {Element} */ element) => /fixed|sticky/.test(getComputedStyle(element).position);

  /** Whether a person could get to it by scrolling: a fixed box outside the window has not slid in yet, or is gone. */
  function onScreen(/** @type {Element} */ element, /** @type {DOMRect} */ box) {
    for (const at of lineage(element)) {
      if (getComputedStyle(at).position !== "fixed") continue;
      const outer = at.getBoundingClientRect();
      const seen = outer.width && outer.height ? outer : box;
      return seen.bottom > 0 && seen.right > 0 && seen.top < innerHeight && seen.left < innerWidth;
    }
    return box.bottom + scrollY > 0 && box.right + scrollX > 0;
  }

  function isVisible(/** @type {Element} */ element) {
    if (!element.isConnected) return false;
    if (!element.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true })) return false;
    const box = element.getBoundingClientRect();
    return box.width >= 1 && box.height >= 1 && onScreen(element, box);
  }

  const isOff = (/** @type {Element} */ element) =>
    element.matches(":disabled, [aria-disabled='true'], [readonly], [aria-readonly='true']");

  const isTicked = (/** @type {Element} */ element) =>
    element instanceof HTMLInputElement ? element.checked : element.getAttribute("aria-checked") === "true";

  /** @returns {{ticked: number[], unticked: number[]}} the switches a visitor may change */
  function switches(/** @type {Element[]} */ candidates) {
    const usable = candidates.filter((element) => !isOff(element));
    return {
      ticked: usable.filter(isTicked).map(number),
      unticked: usable.filter((element) => !isTicked(element)).map(number),
    };
  }

  /** Readable text, at most `limit` characters, shadow trees included. */
  function readText(/** @type {Node} */ node, /** @type {number} */ limit) {
    if (node.nodeType === Node.TEXT_NODE) return node.nodeValue ?? "";
    if (node instanceof Element && UNREAD.has(node.tagName)) return "";
    const tree = node instanceof Element && node.shadowRoot ? node.shadowRoot : node;
    let text = "";
    for (let child = tree.firstChild; child && text.length <= limit; child = child.nextSibling) {
      text += `${readText(child, limit)} `;
    }
    return text;
  }

  function textOf(/** @type {Element} */ element) {
    let text = texts.get(element);
    if (text === undefined) {
      text = readText(element, MAX_TEXT).replace(/\s+/g, " ").trim();
      texts.set(element, text);
    }
    return text;
  }

  function labelOf(/** @type {Element} */ element) {
    if (element instanceof HTMLInputElement) return element.value;
    const text = readText(element, 200).replace(/\s+/g, " ").trim();
    if (/\p{L}/u.test(text)) return text.slice(0, 200);
    const image = element.querySelector("img[alt]");
    return (
      element.getAttribute("aria-label") || element.getAttribute("title") || image?.getAttribute("alt") || text
    ).slice(0, 200);
  }

  /** Whether a click would leave the page: a link to another path, or one for a new tab. */
  function navigates(/** @type {Element} */ element) {
    const link = element.closest("a[href]");
    if (!(link instanceof HTMLAnchorElement)) return false;
    const href = (link.getAttribute("href") ?? "").trim();
    if (href === "" || href.startsWith("#") || /^javascript:/i.test(href)) return false;
    return link.origin + link.pathname !== location.origin + location.pathname;
  }

  const firstUsable = (/** @type {string[]} */ selectors) => {
    for (const selector of selectors) {
      const element = all(selector).find((candidate) => !isOff(candidate) && isVisible(candidate));
      if (element) return { selector, element: number(element) };
    }
    return null;
  };

  const anyVisible = (/** @type {string[]} */ selectors) => selectors.some((selector) => all(selector).some(isVisible));

  function byRule(/** @type {(typeof request)["rules"][number]} */ rule) {
    return {
      name: rule.name,
      accept: firstUsable(rule.accept),
      reject: firstUsable(rule.reject),
      settings: firstUsable(rule.settings),
      save: firstUsable(rule.save),
      close: firstUsable(rule.close),
      ...switches(rule.toggles.flatMap(all)),
    };
  }

  const isModal = (/** @type {Element} */ element) =>
    element.matches('dialog[open], [role="dialog"], [role="alertdialog"], [aria-modal="true"]') || isFixed(element);

  const isNamedLikeABanner = (/** @type {Element} */ element) =>
    NAMED_LIKE_A_BANNER.test(`${element.id} ${element.getAttribute("class") ?? ""}`);

  /** In a frame of its own the whole document can be the banner. */
  const isFramedBody = (/** @type {Element} */ element) => element === document.body && window !== window.top;

  function isDialog(/** @type {Element} */ element) {
    if (element === document.documentElement) return false;
    if (element === document.body) return isFramedBody(element);
    return isNamedLikeABanner(element) || isModal(element);
  }

  function speaksOfConsent(/** @type {Element} */ element) {
    const text = textOf(element);
    if (text.length > MAX_TEXT) return false;
    const lower = text.normalize("NFKC").toLowerCase();
    return request.topics.some((topic) => lower.includes(topic));
  }

  /** @returns {Map<Element, Element[]>} dialog -> the buttons in it */
  function dialogs() {
    /** @type {Map<Element, boolean>} */
    const known = new Map();
    /** @type {Map<Element, Element[]>} */
    const found = new Map();
    const remember = (/** @type {Element} */ dialog) => {
      /** @type {Element[]} */
      const buttons = [];
      found.set(dialog, buttons);
      return buttons;
    };
    const isBanner = (/** @type {Element} */ element) => {
      let answer = known.get(element);
      if (answer === undefined) known.set(element, (answer = isDialog(element) && speaksOfConsent(element)));
      return answer;
    };
    for (const button of all(BUTTONS)) {
      const around = [...lineage(button)].slice(1).filter(isBanner); // before the dear question of visibility
      if (around.length === 0 || isOff(button)) continue;
      if (!button.matches("button, a, input") && button.querySelector(BUTTONS)) continue;
      if (!isVisible(button)) continue;
      for (const dialog of around) (found.get(dialog) ?? remember(dialog)).push(button);
    }
    return found;
  }

  const holds = (/** @type {Element} */ outer, /** @type {Element} */ inner) => [...lineage(inner)].includes(outer);

  function byWords() {
    const toggles = all(SWITCHES);
    const radios = all('input[type="radio"]:checked');
    return [...dialogs()].slice(0, MAX_DIALOGS).map(([dialog, buttons]) => ({
      size: textOf(dialog).length,
      modal: isModal(dialog) || isFramedBody(dialog),
      radios: radios.some((radio) => holds(dialog, radio)),
      controls: buttons.slice(0, MAX_CONTROLS).map((button) => ({
        label: labelOf(button),
        element: number(button),
        navigates: navigates(button),
      })),
      ...switches(toggles.filter((toggle) => holds(dialog, toggle))),
    }));
  }

  /** Turns switches on or off by clicks; one may move others, so it looks again. Resolves to how many refused. */
  async function turn(/** @type {number[]} */ numbers, /** @type {boolean} */ on) {
    const refusing = () => numbers.map((i) => elements[i]).filter((e) => e.isConnected && isTicked(e) !== on);
    for (let round = 0; round < ROUNDS && refusing().length > 0; round++) {
      for (const element of refusing()) {
        if (isTicked(element) !== on) /** @type {HTMLElement} */ (element).click();
        await new Promise((resolve) => setTimeout(resolve, 0)); // frameworks apply a click after the event
      }
    }
    return refusing().length;
  }

  return {
    facts: { rules: request.rules.filter((rule) => anyVisible(rule.banner)).map(byRule), dialogs: byWords() },
    element: (/** @type {number} */ i) => elements[i],
    isOpen: (/** @type {number} */ i, /** @type {string[]} */ banner) => isVisible(elements[i]) || anyVisible(banner),
    press: (/** @type {number} */ i) => /** @type {HTMLElement} */ (elements[i]).click(),
    turn,
  };
};
