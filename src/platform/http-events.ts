/**
 * Server-sent events (HTML Living Standard, 9.2): a stream that says `changed` and nothing else. Several changes shortly
 * after one another are told once. A stream ends by itself after some minutes: the browser comes again, and who it is
 * and what it may see is asked anew.
 */
import { PassThrough } from "node:stream";
import type { FastifyReply, FastifyRequest } from "fastify";

/** Begins to tell of changes; returns how to stop. */
export type Follow = (changed: () => void) => () => void;

const restMs = 300;
const heartbeatMs = 20_000;
const lifeMs = 10 * 60_000;
/** As many windows as one session may have open; the oldest ends when there are more. */
const most = 20;

export interface EventStreams {
  /** `whose` tells one session's streams from another's. */
  send(request: FastifyRequest, reply: FastifyReply, whose: string, follow: Follow): FastifyReply;
  close(): void;
}

export function eventStreams(): EventStreams {
  const open = new Map<PassThrough, string>();
  return {
    send(request, reply, whose, follow) {
      const own = [...open].filter(([, session]) => session === whose);
      if (own.length >= most) own[0]?.[0].end();
      const stream = new PassThrough();
      open.set(stream, whose);
      let resting: NodeJS.Timeout | undefined;
      let again = false;
      const say = (): void => {
        if (resting) {
          again = true;
          return;
        }
        stream.write("event: changed\ndata:\n\n");
        resting = setTimeout(() => {
          resting = undefined;
          if (again) say();
          again = false;
        }, restMs);
      };
      const stop = follow(say);
      const heartbeat = setInterval(() => stream.write(":\n\n"), heartbeatMs);
      const life = setTimeout(() => stream.end(), lifeMs);
      // Where a browser that was cut off comes back to, it may have missed something: it asks again by itself.
      stream.write("retry: 2000\n\n");
      stream.once("close", () => {
        stop();
        clearInterval(heartbeat);
        clearTimeout(life);
        clearTimeout(resting);
        open.delete(stream);
      });
      request.raw.once("close", () => stream.destroy());
      return reply.type("text/event-stream; charset=utf-8").header("x-accel-buffering", "no").send(stream);
    },
    close() {
      for (const stream of open.keys()) stream.end();
    },
  };
}
