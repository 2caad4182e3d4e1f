/** The ways in which things can look. `screen` is for a wall: dark, and readable from five metres. */
export const looks = ["light", "dark", "screen"] as const;
export type Look = (typeof looks)[number];
