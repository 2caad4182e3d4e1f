/** A request that was refused before anything of the product saw it. */
export class HttpRefused extends Error {
  readonly kind: "too_large" | "bad_body" | "no_route" | "cross_site" | "no_file" | "bad_request";
  readonly status: number;

  constructor(kind: HttpRefused["kind"], status: number) {
    super(kind);
    this.name = "HttpRefused";
    this.kind = kind;
    this.status = status;
  }
}
