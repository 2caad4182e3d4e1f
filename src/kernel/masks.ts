/** How personal data is shown to who need not know it whole. Pure; the browser has it too. */

export const masks = ["phone", "identity", "name", "all"] as const;
export type Mask = (typeof masks)[number];

const ends = (text: string, first: number, stars: number, last: number): string => {
  const letters = [...text];
  return letters.slice(0, first).join("") + "*".repeat(stars) + letters.slice(letters.length - last).join("");
};

/** 139****1234, 110101********1234, 张*; of anything else nothing. What is too short for its kind is hidden whole. */
export function maskText(mask: Mask, text: string): string {
  const { length } = [...text];
  switch (mask) {
    case "phone":
      return length >= 11 ? ends(text, 3, 4, 4) : length >= 7 ? ends(text, 0, 4, 2) : "****";
    case "identity":
      return length >= 15 ? ends(text, 6, 8, 4) : length >= 8 ? ends(text, 0, 8, 2) : "********";
    case "name":
      return length > 1 ? ends(text, 1, Math.min(length - 1, 3), 0) : "*";
    case "all":
      return "******";
  }
}

const forms: Record<Mask, RegExp> = {
  phone: /^(...\*{4}....|\*{4}..|\*{4})$/su,
  identity: /^(.{6}\*{8}.{4}|\*{8}..|\*{8})$/su,
  name: /^.?\*{1,3}$/su,
  all: /^\*{6}$/u,
};

/** Whether a text is what `maskText` gives and hence not what was meant. */
export const looksMasked = (mask: Mask, text: string): boolean => forms[mask].test(text);
