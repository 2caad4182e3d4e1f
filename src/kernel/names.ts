/** Names as offices write them: full-width and half-width brackets and spaces do not tell names apart. */
export const normalName = (name: string): string =>
  name.normalize("NFKC").replaceAll(/\s+/g, "").replaceAll("“", '"').replaceAll("”", '"').toLowerCase();
