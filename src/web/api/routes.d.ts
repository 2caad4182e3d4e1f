/** Made by `vite.config.ts` from the actions. */
declare module "virtual:routes" {
  /** Method and path of each action by name. */
  const routes: Readonly<Record<string, readonly [method: string, path: string]>>;
  export default routes;
}
/** Made from `words.ts`, a language each. */
declare module "virtual:words/zh" {
  const words: typeof import("../words/words.ts").words.zh;
  export default words;
}
declare module "virtual:words/en" {
  const words: typeof import("../words/words.ts").words.en;
  export default words;
}
