/** What can be asked of the server, with its types, taken from the actions themselves. Types only: nothing of the server gets here. */
import type { z } from "zod";
import type { actions } from "../../main.ts";

type Actions = (typeof actions)[number];
export type Name = Actions["name"];
type ActionOf<N extends Name> = Extract<Actions, { name: N }>;

/** Actions within a campaign take its key besides their own input. */
type Campaign<A> = A extends { level: "campaign" } ? { campaign: string } : unknown;

/** An empty object of zod's would forbid every key, the campaign's too. */
type Own<I> = string extends keyof I ? unknown : I;

export type Input<N extends Name> = Own<z.input<ActionOf<N>["input"]>> & Campaign<ActionOf<N>>;
export type Output<N extends Name> = ActionOf<N>["output"] extends z.ZodType ? z.output<ActionOf<N>["output"]> : Blob;
