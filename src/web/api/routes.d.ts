/** Made by `vite.config.ts` from the actions. */
declare module "virtual:routes" {
  /** Method and path of each action by name. */
  const routes: Readonly<Record<string, readonly [method: string, path: string]>>;
  export default routes;
}
/** Made from `words.ts`, a language each. */
declare module "virtual:words/zh" {
  import type { words } from "#web/words/words.ts";
  const said: typeof words.zh;
  export default said;
}
declare module "virtual:words/en" {
  import type { words } from "#web/words/words.ts";
  const said: typeof words.en;
  export default said;
}
