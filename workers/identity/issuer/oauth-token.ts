/** The token endpoint: codes, refresh tokens and clients' own credentials become access tokens. */
import { createHash, randomBytes } from 'node:crypto'
import { eq } from 'drizzle-orm'
import type { TokenRequest, TokenResponse } from '../oauth-schemas.ts'
import { isVerifier, readScopes } from '../oauth.ts'
import { secondsOf, signApplicationToken, signIdToken, TOKEN_LIFETIME } from './access-token.ts'
import { hashSecret } from './api-keys.ts'
import type { IssuerContext } from './context.ts'
import { OAuthError, proveClient } from './oauth-client-proof.ts'
import type { ClientRow } from './oauth-client-store.ts'
import {
  byRefreshToken,
  claimCode,
  claimRefresh,
  endGrant,
  findGrant,
  type GrantRow,
  isAlive,
  scopesNow,
} from './oauth-grant-store.ts'
import { oauthGrants } from './oauth-tables.ts'
import { revokeSessions } from './revocation.ts'

const DAY_MS = 24 * 3_600_000

/** Days: an authorization nobody used for the one ends, and every one after the other. */
const LIFETIME = { idle: 30, absolute: 180 }

/** @throws OAuthError */
export async function answerTokenRequest(
  ctx: IssuerContext,
  form: TokenRequest,
  authorization: string | undefined,
): Promise<TokenResponse> {
  const client = await proveClient(ctx, form, authorization)
  switch (form.grant_type) {
    case 'authorization_code':
      return redeemCode(ctx, client, form)
    case 'refresh_token':
      return refresh(ctx, client, form)
    case 'client_credentials':
      return serve(ctx, client, form)
    default: {
      const description = 'Use authorization_code, refresh_token or client_credentials.'
      throw new OAuthError('unsupported_grant_type', description)
    }
  }
}

async function redeemCode(
  ctx: IssuerContext,
  client: ClientRow,
  form: TokenRequest,
): Promise<TokenResponse> {
  const { grant, scopes } = await openCode(ctx, client, form)
  const next = scopes.includes('offline_access') ? newRefresh(ctx, grant) : undefined
  const expiresAt = next ? endOf(grant) : new Date(ctx.now().getTime() + TOKEN_LIFETIME * 1000)
  const isFirst = await claimCode(ctx, grant.id, { expiresAt, refresh: next })
  if (!isFirst) throw await stolen(ctx, grant, 'token.replay')
  const answer = await tokensOf(ctx, grant, scopes, next?.token)
  if (!scopes.includes('openid')) return answer
  return { ...answer, id_token: await idTokenOf(ctx, grant) }
}

/**
 * What a code is for. One that comes again ends what came of it: of the two who had it one is not
 * the client.
 */
async function openCode(
  ctx: IssuerContext,
  client: ClientRow,
  { code, code_verifier: verifier, redirect_uri: redirectUri }: TokenRequest,
): Promise<{ grant: GrantRow; scopes: string[] }> {
  if (!code || !verifier) throw new OAuthError('invalid_request', 'Send code and code_verifier.')
  const grant = await findGrant(ctx, eq(oauthGrants.codeHash, hashSecret(code)))
  if (grant?.clientId !== client.id) throw badGrant()
  if (grant.codeUsedAt) throw await stolen(ctx, grant, 'token.replay')
  const isLive = grant.codeExpiresAt > ctx.now() && isAlive(grant, ctx.now())
  const scopes = scopesNow(grant)
  if (!isLive || !isFor(grant, verifier, redirectUri) || scopes.length === 0) throw badGrant()
  return { grant, scopes }
}

/** RFC 7636, section 4.6; a client of OAuth 2.1 need not send the redirect URI again. */
function isFor(grant: GrantRow, verifier: string, redirectUri = grant.redirectUri): boolean {
  const isOurs = isVerifier(verifier) && challengeOf(verifier) === grant.codeChallenge
  return isOurs && redirectUri === grant.redirectUri
}

/** RFC 9700, section 4.14.2: each is good once, and one that comes again ends all of its family. */
async function refresh(
  ctx: IssuerContext,
  client: ClientRow,
  { refresh_token: token, scope }: TokenRequest,
): Promise<TokenResponse> {
  if (!token) throw new OAuthError('invalid_request', 'Send refresh_token.')
  const hash = hashSecret(token)
  const grant = await findGrant(ctx, byRefreshToken(ctx, hash))
  if (!grant || grant.clientId !== client.id) throw badGrant()
  if (grant.refreshUsedAt) throw await stolen(ctx, grant, 'token.reuse')
  const held = scopesNow(grant)
  if (!isAlive(grant, ctx.now()) || held.length === 0) throw badGrant()
  const scopes = narrowed(grant.scopes, held, scope)
  const next = newRefresh(ctx, grant)
  if (!(await claimRefresh(ctx, hash, next))) throw await stolen(ctx, grant, 'token.reuse')
  return tokensOf(ctx, grant, scopes, next.token)
}

/** The client acts for itself, with what it was registered for. */
async function serve(
  ctx: IssuerContext,
  client: ClientRow,
  { scope }: TokenRequest,
): Promise<TokenResponse> {
  if (!client.grantTypes.includes('client_credentials')) {
    const description = 'This client is not registered for client_credentials.'
    throw new OAuthError('unauthorized_client', description)
  }
  const { id: clientId, tenantId } = client
  const scopes = narrowed(client.scopes, client.scopes, scope)
  const sessionId = crypto.randomUUID()
  const subject = { clientId, tenantId, subject: clientId, sessionId, scopes }
  return bearer(await signApplicationToken(ctx, subject), scopes)
}

/**
 * Fewer scopes than were granted, where the client asks for that.
 *
 * @param held Those of `granted` that count now
 * @throws OAuthError invalid_scope for more than was granted, and where nothing is left
 */
function narrowed(granted: readonly string[], held: string[], scope: string | undefined): string[] {
  if (scope === undefined) return held
  const asked = readScopes(scope)
  const scopes = held.filter((one) => asked.includes(one))
  if (asked.every((one) => granted.includes(one)) && scopes.length > 0) return scopes
  throw new OAuthError('invalid_scope', 'Ask for scopes that were granted.')
}

async function tokensOf(
  ctx: IssuerContext,
  { id, tenantId, clientId, userId, rights, readAt }: GrantRow,
  scopes: readonly string[],
  refreshToken: string | undefined,
): Promise<TokenResponse> {
  const place = { tenantId, ...(rights.role !== null && { role: rights.role }) }
  const subject = { clientId, ...place, subject: userId, sessionId: id, scopes, readAt }
  const answer = bearer(await signApplicationToken(ctx, subject), scopes)
  return refreshToken === undefined ? answer : { ...answer, refresh_token: refreshToken }
}

const bearer = (token: string, scopes: readonly string[]): TokenResponse => ({
  access_token: token,
  token_type: 'Bearer',
  expires_in: TOKEN_LIFETIME,
  scope: scopes.join(' '),
})

function idTokenOf(ctx: IssuerContext, grant: GrantRow): Promise<string> {
  const { userId, clientId, nonce, authTime, rights } = grant
  const amr = rights.amr.split(' ')
  const claims = {
    sub: userId,
    auth_time: secondsOf(authTime),
    amr,
    ...(nonce !== null && { nonce }),
  }
  return signIdToken(ctx, clientId, claims)
}

function newRefresh({ now }: IssuerContext, grant: GrantRow) {
  const token = `va_refresh_${randomBytes(32).toString('base64url')}`
  const idle = now().getTime() + LIFETIME.idle * DAY_MS
  const expiresAt = new Date(Math.min(idle, endOf(grant).getTime()))
  return { token, hash: hashSecret(token), expiresAt }
}

const endOf = ({ createdAt }: GrantRow) =>
  new Date(createdAt.getTime() + LIFETIME.absolute * DAY_MS)

async function stolen(
  ctx: IssuerContext,
  grant: GrantRow,
  event: 'token.reuse' | 'token.replay',
): Promise<OAuthError> {
  if (await endGrant(ctx, grant, event)) ctx.log.warn('an authorization was ended', { event })
  await revokeSessions(ctx, [grant.id])
  return badGrant()
}

/** One answer for all: which it is, is nobody's business who cannot know. */
const badGrant = () =>
  new OAuthError('invalid_grant', 'It is unknown, used, expired, revoked or meant for others.')

/** RFC 7636, section 4.2. */
const challengeOf = (verifier: string): string =>
  createHash('sha256').update(verifier).digest('base64url')
