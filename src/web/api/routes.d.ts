/** Made by `vite.config.ts` from the actions. */
declare module "virtual:routes" {
  /** Method and path of each action by name. */
  const routes: Readonly<Record<string, readonly [method: string, path: string]>>;
  export default routes;
}
