/**
 * The browser takes a style from a file of ours, or with the number that the server gave this page; what stands in text
 * that somebody typed has none. Here every style that a script makes (antd's, the grid's, a Word preview's) gets it.
 */
const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? "";
const create = document.createElement.bind(document);

document.createElement = (name: string, options?: ElementCreationOptions): HTMLElement => {
  const made = create(name, options);
  if (made instanceof HTMLStyleElement) made.nonce = nonce;
  return made;
};
