/**
 * The hooks that templates carry and what is done with them:
 *   data-when="screen=offline|asking role!=visitor"   shown only while all conditions hold
 *   data-text="balance"                               its text is that value
 *   data-part="video"                                 found by code under this name
 *   data-act="enter"                                  a press does that
 *   data-say="key" inside <template data-part="texts"> a text that code may need
 */

/** @typedef {Record<string, string>} View */

/**
 * @param {string} condition
 * @param {View} view
 */
export function holds(condition, view) {
  return condition
    .split(/\s+/)
    .filter(Boolean)
    .every((term) => {
      const [, name = "", not, wanted = ""] = /^([\w-]+)(!?)=(.*)$/.exec(term) ?? [];
      return wanted.split("|").includes(view[name] ?? "") !== Boolean(not);
    });
}

/**
 * Shows what belongs to this view and hides the rest. If the focus was in what is hidden now, it moves to the
 * visible element marked data-focus, so that keyboards never fall back to the top of the page.
 * @param {ParentNode} root
 * @param {View} view
 * @param {string} [attribute] parts with a view of their own (devices, stage) use their own attribute
 */
export function showWhen(root, view, attribute = "data-when") {
  const focused = document.activeElement;
  let lost = false;
  for (const element of root.querySelectorAll(`[${attribute}]`)) {
    if (!(element instanceof HTMLElement) && !(element instanceof SVGElement)) continue;
    const shown = holds(element.getAttribute(attribute) ?? "", view);
    if (element.hasAttribute("hidden") !== shown) continue;
    element.toggleAttribute("hidden", !shown);
    lost ||= !shown && focused !== null && focused !== document.body && element.contains(focused);
  }
  if (lost) focusFirst(root);
}

/** Whether anything that can be seen has the focus. */
export function hasFocus() {
  const focused = document.activeElement;
  return focused !== null && focused !== document.body && focused.checkVisibility();
}

/** @param {ParentNode} root */
export function focusFirst(root) {
  for (const element of root.querySelectorAll("[data-focus]")) {
    if (element instanceof HTMLElement && element.checkVisibility()) {
      element.focus({ preventScroll: true });
      return;
    }
  }
}

/**
 * @param {ParentNode} root
 * @param {Record<string, string>} values
 */
export function showTexts(root, values) {
  for (const element of root.querySelectorAll("[data-text]")) {
    const value = values[element.getAttribute("data-text") ?? ""];
    if (value !== undefined && element.textContent !== value) element.textContent = value;
  }
}

/**
 * @param {ParentNode} root
 * @param {string} name
 * @returns {HTMLElement|null}
 */
export function part(root, name) {
  return root.querySelector(`[data-part="${name}"]`);
}

/**
 * @template {HTMLElement} T
 * @param {ParentNode} root
 * @param {string} name
 * @param {new () => T} kind
 * @returns {T}
 */
export function need(root, name, kind) {
  const found = part(root, name);
  if (!(found instanceof kind)) throw new Error(`the template lacks data-part="${name}"`);
  return found;
}

/**
 * The texts of a page that code may need, by key.
 * @param {ParentNode} root
 * @returns {(key: string) => string}
 */
export function textsOf(root) {
  const holder = part(root, "texts");
  const content = holder instanceof HTMLTemplateElement ? holder.content : holder;
  return (key) => content?.querySelector(`[data-say="${key}"]`)?.textContent?.trim() ?? "";
}

/**
 * A copy of the first element in a <template>.
 * @param {ParentNode} root
 * @param {string} name
 * @returns {HTMLElement}
 */
export function cloneOf(root, name) {
  const first = need(root, name, HTMLTemplateElement).content.firstElementChild;
  const copy = first && document.importNode(first, true);
  if (!(copy instanceof HTMLElement)) throw new Error(`the template "${name}" is empty`);
  return copy;
}

/**
 * Says something to screen readers, once.
 * @param {ParentNode} root
 * @param {string} text
 */
export function announce(root, text) {
  const region = part(root, "announcer");
  if (!region || !text) return;
  region.textContent = "";
  setTimeout(() => (region.textContent = text), 60); // a region that is emptied first speaks the same text again
}

/** The language of the page, for numbers and times; its digits are 0 to 9, as the server writes them. */
export function language() {
  const { lang } = document.documentElement;
  return lang ? `${lang}-u-nu-latn` : undefined;
}
