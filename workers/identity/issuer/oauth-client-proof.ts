/** A client that proves who it is at the token endpoint, and what that endpoint answers if not. */
import { readCredentials } from '../oauth.ts'
import { hashSecret } from './api-keys.ts'
import type { IssuerCore } from './context.ts'
import { isSame } from './key-exchange.ts'
import { type ClientRow, findClient } from './oauth-client-store.ts'

/** RFC 6749, section 5.2. */
type TokenError =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_grant'
  | 'unauthorized_client'
  | 'unsupported_grant_type'
  | 'invalid_scope'

/** How a request to the token endpoint fails: in the protocol's own words, which clients act upon. */
export class OAuthError extends Error {
  readonly error: TokenError
  /** @param description For developers: ASCII, without quotes (RFC 6749, section 5.2). */
  constructor(error: TokenError, description: string) {
    super(description)
    this.name = 'OAuthError'
    this.error = error
  }
}

/** @throws OAuthError invalid_client, the same whatever is wrong; invalid_request without any */
export async function proveClient(
  ctx: IssuerCore,
  form: { client_id?: string | undefined; client_secret?: string | undefined },
  authorization: string | undefined,
): Promise<ClientRow> {
  const credentials = readCredentials(authorization, form)
  if (!credentials) {
    const description = 'Send client_id and client_secret by HTTP Basic or in the body, not both.'
    throw new OAuthError('invalid_client', description)
  }
  const client = await findClient(ctx, credentials.clientId)
  if (client && !client.revokedAt && isProven(client, credentials.secret, ctx.now())) return client
  throw new OAuthError('invalid_client', 'The client is unknown, or its secret is wrong.')
}

/** A public client has nothing to prove; one that sends a secret is not the one we know. */
function isProven(client: ClientRow, secret: string | undefined, now: Date): boolean {
  const { type, secretHash, previousHash, previousExpiresAt } = client
  if (type === 'public') return secret === undefined
  if (secret === undefined || !secretHash) return false
  const hash = hashSecret(secret)
  const isPrevious =
    previousHash !== null &&
    previousExpiresAt !== null &&
    previousExpiresAt > now &&
    isSame(hash, previousHash)
  return isSame(hash, secretHash) || isPrevious
}
