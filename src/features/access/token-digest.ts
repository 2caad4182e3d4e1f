import { createHash } from "node:crypto";

/** Of a random token only this is stored: nobody who reads the database can come in with it. */
export const digestOf = (token: string): Buffer => createHash("sha256").update(token).digest();
