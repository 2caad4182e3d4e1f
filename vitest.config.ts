import { defineConfig } from "vitest/config";

const browser = "test/browser/**/*.test.ts";

export default defineConfig({
  test: {
    globalSetup: ["test/global-setup.ts"],
    testTimeout: 30_000,
    hookTimeout: 120_000,
    // Two files at a time on two cores; the journeys in the browser by themselves, after the others.
    projects: [
      {
        extends: true,
        test: {
          name: "server",
          exclude: ["**/node_modules/**", "test/fixtures/**", browser],
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      { extends: true, test: { name: "browser", include: [browser], maxWorkers: 2, sequence: { groupOrder: 1 } } },
    ],
  },
});
