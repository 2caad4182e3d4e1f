/**
 * Another house that says who somebody is: OpenID Connect 1.0, the authorization code flow with PKCE (RFC 7636), state
 * and nonce. What has to be the same at the end as at the beginning is kept by the caller meanwhile.
 */
import * as client from "openid-client";
import { z } from "zod";
import { openOutgoing } from "./outgoing.ts";

export const oidcSchema = z.strictObject({
  key: z.string().regex(/^[a-z][a-z0-9-]{0,30}$/, "小写英文字母开头，只含小写字母、数字和连字符"),
  /** On the button. */
  name: z.string().min(1).max(50),
  issuer: z.url(),
  clientId: z.string().min(1),
  clientSecret: z.string().min(1),
  /** The claim that is the login here. */
  loginClaim: z.string().min(1).default("preferred_username"),
  scope: z.string().default("openid profile"),
  /** Lets an issuer be asked by plain http: for tests and closed networks that know what they do. */
  insecure: z.boolean().default(false),
});
export type OidcSettings = z.output<typeof oidcSchema>;

/** What is compared at the end; of one attempt. */
export interface OidcChecks {
  state: string;
  nonce: string;
  verifier: string;
}

export interface OidcProvider {
  key: string;
  name: string;
  /** Where to send the browser. */
  begin(): Promise<{ url: string; checks: OidcChecks }>;
  /** Who came back with this query. Throws when anything does not fit. */
  finish(query: string, checks: OidcChecks): Promise<{ subject: string; login: string | undefined }>;
  /** Where to end the session of that house too, if it has such a place. */
  endUrl(): Promise<string | null>;
}

/** `address` is that of this house, as browsers know it; `outgoing` are places besides the issuer that it may send us to. */
export function openOidc(
  { key, name, issuer, clientId, clientSecret, loginClaim, scope, insecure }: OidcSettings,
  address: string,
  outgoing: readonly string[] = [],
): OidcProvider {
  const { protocol, hostname, port } = new URL(issuer);
  const out = openOutgoing([`${hostname}:${port || (protocol === "https:" ? 443 : 80)}`, ...outgoing]);
  let found: Promise<client.Configuration> | undefined;
  const configuration = (): Promise<client.Configuration> => {
    found ??= client
      .discovery(new URL(issuer), clientId, clientSecret, undefined, {
        [client.customFetch]: (url, init) => out.fetch(url, init as RequestInit),
        ...(insecure ? { execute: [client.allowInsecureRequests] } : {}),
      })
      .catch((error: unknown) => {
        // It is asked again by the next who comes.
        found = undefined;
        throw error;
      });
    return found;
  };
  const back = new URL(`/sso/${key}`, address);
  return {
    key,
    name,
    async begin() {
      const config = await configuration();
      const checks = { state: client.randomState(), nonce: client.randomNonce(), verifier: client.randomPKCECodeVerifier() };
      const url = client.buildAuthorizationUrl(config, {
        redirect_uri: back.href,
        scope,
        state: checks.state,
        nonce: checks.nonce,
        code_challenge: await client.calculatePKCECodeChallenge(checks.verifier),
        code_challenge_method: "S256",
      });
      return { url: url.href, checks };
    },
    async finish(query, { state, nonce, verifier }) {
      const config = await configuration();
      const url = new URL(back);
      url.search = query;
      const tokens = await client.authorizationCodeGrant(config, url, {
        expectedState: state,
        expectedNonce: nonce,
        pkceCodeVerifier: verifier,
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      if (!claims) throw new Error("no identity came with the tokens");
      const said = claims[loginClaim] ?? (await client.fetchUserInfo(config, tokens.access_token, claims.sub))[loginClaim];
      return { subject: claims.sub, login: typeof said === "string" ? said : undefined };
    },
    async endUrl() {
      const config = await configuration();
      if (config.serverMetadata().end_session_endpoint === undefined) return null;
      return client.buildEndSessionUrl(config, { post_logout_redirect_uri: new URL("/sign-in", address).href }).href;
    },
  };
}
