/**
 * The browser takes a style from a file of ours, or with the number that the server gave this page; what stands in text
 * that somebody typed has none. Here every style that a script makes (antd's, the grid's, a Word preview's) gets it.
 */
const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? "";
const create = document.createElement.bind(document);

document.createElement = (name: string, options?: ElementCreationOptions): HTMLElement => {
  const made = create(name, options);
  if (made instanceof HTMLStyleElement) made.nonce = nonce;
  if (made instanceof HTMLTextAreaElement) styledByProperties(made);
  return made;
};

/** One that grows measures itself by a copy with its style in an attribute, which the browser does not take; as properties it does. */
function styledByProperties(area: HTMLTextAreaElement): void {
  const set = area.setAttribute.bind(area);
  area.setAttribute = (name, value) => {
    if (name === "style") area.style.cssText = value;
    else set(name, value);
  };
}
