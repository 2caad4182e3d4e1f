/** The published description of the interface, and the page that shows it. */
import { Validator } from "@seriousme/openapi-schema-validator";
import { afterAll, beforeAll, expect, test } from "vitest";
import { actions } from "../src/main.ts";
import { createWorld, type World } from "./world.ts";

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

interface Operation {
  operationId: string;
  summary: string;
  tags: string[];
  security: object[];
  responses: Record<string, unknown>;
}

test("the document is valid OpenAPI 3.1 and lists every action under its name", async () => {
  const { body } = await world.anonymous.get("/openapi.json");
  const validator = new Validator();
  const result = await validator.validate(structuredClone(body));
  expect(result.errors ?? []).toEqual([]);
  expect(result.valid).toBe(true);
  expect(validator.version).toBe("3.1");
  const listed = new Map<string, Operation>();
  for (const [path, item] of Object.entries(body.paths as Record<string, Record<string, Operation>>))
    for (const [method, operation] of Object.entries(item)) {
      listed.set(operation.operationId, operation);
      const action = actions.find((one) => one.name === operation.operationId);
      expect([method.toUpperCase(), path]).toEqual([action?.method, action?.path.replaceAll(/:(\w+)/g, "{$1}")]);
    }
  expect([...listed.keys()].toSorted()).toEqual(actions.map((action) => action.name).toSorted());
  for (const operation of listed.values()) {
    expect(operation.summary).toMatch(/\p{Script=Han}/u);
    expect(operation.responses).toHaveProperty("default");
    expect(operation.security.length > 0).toBe(actions.find((one) => one.name === operation.operationId)?.level !== "anyone");
  }
});

test("the page that shows it loads nothing from elsewhere", async () => {
  const page = await world.anonymous.get("/docs");
  expect(page.status).toBe(200);
  const html = page.raw.toString();
  const loaded = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] as string);
  expect(loaded.length).toBeGreaterThan(3);
  for (const address of loaded) {
    expect(address).toMatch(/^\/docs\/|^\.\//);
    const part = await world.anonymous.get(address);
    expect(part.status, address).toBe(200);
  }
  // What scripts might still ask for elsewhere, the browser refuses.
  expect(page.headers["content-security-policy"]).toMatch(/^default-src 'none'; script-src 'self';/);
  expect(page.headers["content-security-policy"]).not.toMatch(/https?:|validator/);
  const script = await world.anonymous.get("/docs/static/swagger-initializer.js");
  expect(script.raw.toString()).toContain("validatorUrl: null");
});
