/** The files of the repository, as the linters see them. */
import { readdirSync } from "node:fs";
import { join, relative, sep } from "node:path";

const skipped = new Set(["node_modules", ".git", "data", "out", "dist", "coverage", "samples"]);

/** Paths below `root` (`/` as separator, sorted), without what is generated, downloaded or planted as a fixture. */
export function listFiles(root: string): string[] {
  const found: string[] = [];
  const walk = (folder: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isFile()) found.push(relative(root, path).split(sep).join("/"));
      else if (entry.isDirectory() && !skipped.has(entry.name)) walk(path);
    }
  };
  walk(root);
  return found.filter((path) => !path.startsWith("test/fixtures/")).toSorted();
}
