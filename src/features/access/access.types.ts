/** Who is asking: an account, the unit it works for, and what that lets it see. */
import type { Scope } from "#platform/db.ts";

export interface Account {
  id: number;
  login: string;
  name: string;
  realm: number;
  unit: number;
  role: string;
}

export interface Subject {
  account: Account | null;
  role: string;
  unit: number;
  scope: Scope;
}
