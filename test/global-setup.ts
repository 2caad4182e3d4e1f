/** Makes the folder in which the run's embedded PostgreSQL lives, and removes it afterwards. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";

export default function setup(project: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), "yibenzhang-tests-"));
  project.provide("databaseFolder", folder);
  return () => rmSync(folder, { recursive: true, force: true });
}
