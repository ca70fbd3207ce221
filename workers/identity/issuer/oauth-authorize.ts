/**
 * Authorization requests: who asks, whether they may, what the user says to it, and the code. A
 * client and redirect URI that do not belong together get no answer by redirect (RFC 6749, section
 * 4.1.2.1); everything else is told to the client.
 */
import { randomBytes } from 'node:crypto'
import { and, eq, gt, isNull } from 'drizzle-orm'
import { reaching } from '../../../shared/database.ts'
import { ProblemError } from '../../../shared/errors.ts'
import type { ConsentDecision, ConsentQuestion } from '../oauth-schemas.ts'
import {
  type AuthorizationParameters,
  faultOf,
  isExclusive,
  type Refusal,
  readScopes,
  redirectTo,
  scopesWithin,
} from '../oauth.ts'
import { hashSecret } from './api-keys.ts'
import type { CallerContext } from './caller.ts'
import type { IssuerContext } from './context.ts'
import { authDatabaseOf } from './database.ts'
import { type ClientRow, findClient } from './oauth-client-store.ts'
import { type NewGrant, storeGrant } from './oauth-consents.ts'
import { oauthConsents } from './oauth-tables.ts'
import { isOwnRole, OWN_RIGHTS, rightsOf } from './rights.ts'
import { ownOf } from './session-list.ts'
import { findSession } from './session.ts'
import { members, organizations, roles, sessions, users } from './tables.ts'

/** Seconds a code is good; OAuth 2.1, section 4.1.2 allows ten minutes. */
const CODE_LIFETIME = 60

/** Where the browser goes: to the client, or to the page that asks the user. */
export async function authorize(
  ctx: IssuerContext,
  asked: AuthorizationParameters,
  headers: Headers,
): Promise<string> {
  const client = await knownClient(ctx, asked)
  const fault = faultOf(asked, client)
  if (fault) return answer(ctx, asked, fault)
  const prompts = readScopes(asked.prompt ?? '')
  const page = consentPage(ctx, asked)
  const session = await findSession(ctx, headers)
  if (!session) return prompts.includes('none') ? answer(ctx, asked, SIGN_IN) : page
  const standing = await standingOf(ctx, client, asked, session.id)
  if ('error' in standing) return answer(ctx, asked, standing)
  const isRemembered =
    isExclusive(asked.redirect_uri) &&
    standing.scopes.every((scope) => standing.consented.includes(scope))
  if (isRemembered && !prompts.includes('consent')) {
    return answer(ctx, asked, await issueCode(ctx, client, asked, standing))
  }
  if (!prompts.includes('none')) return page
  return answer(ctx, asked, { error: 'consent_required', description: 'The user must be asked.' })
}

/** In one word after the #: no router takes it for parameters of its own, and no server sees it. */
function consentPage({ env }: IssuerContext, asked: AuthorizationParameters): string {
  const request = Buffer.from(JSON.stringify(asked)).toString('base64url')
  return `${env.PUBLIC_URL}/console/consent#request=${request}`
}

/** @throws ProblemError invalid_fields for a request that cannot be granted */
export async function viewAuthorization(
  ctx: CallerContext,
  asked: AuthorizationParameters,
): Promise<ConsentQuestion> {
  const client = await knownClient(ctx, asked)
  const fault = faultOf(asked, client)
  const standing = fault ?? (await standingOf(ctx, client, asked, ownOf(ctx).sessionId))
  if ('error' in standing) throw new ProblemError('invalid_fields', standing.description)
  const { scopes, tenant } = standing
  return {
    client: { id: client.id, name: client.name },
    tenant,
    redirectUri: asked.redirect_uri,
    scopes,
  }
}

/** What the user said. @returns where the browser goes @throws ProblemError invalid_fields */
export async function decideAuthorization(
  ctx: CallerContext,
  { request: asked, allow }: ConsentDecision,
): Promise<string> {
  const client = await knownClient(ctx, asked)
  const fault = faultOf(asked, client)
  if (fault) return answer(ctx, asked, fault)
  if (!allow) {
    const description = 'The user did not allow it.'
    return answer(ctx, asked, { error: 'access_denied', description })
  }
  const standing = await standingOf(ctx, client, asked, ownOf(ctx).sessionId)
  if ('error' in standing) return answer(ctx, asked, standing)
  return answer(ctx, asked, await issueCode(ctx, client, asked, standing))
}

const answer = (
  { env }: IssuerContext,
  asked: AuthorizationParameters,
  outcome: Parameters<typeof redirectTo>[2],
) => redirectTo(asked, env.PUBLIC_URL, outcome)

const SIGN_IN: Refusal = { error: 'login_required', description: 'The user is not signed in.' }

/** @throws ProblemError invalid_fields when there is no such client, or the address is not its own */
async function knownClient(
  ctx: IssuerContext,
  { client_id: clientId, redirect_uri: redirectUri }: AuthorizationParameters,
): Promise<ClientRow> {
  const client = await findClient(ctx, clientId)
  const isKnown = client && !client.revokedAt
  if (isKnown && client.redirectUris.includes(redirectUri)) return client
  const detail = isKnown ? 'is not registered for this client' : 'is no client that is registered'
  const errors = [{ in: 'query', pointer: isKnown ? '/redirect_uri' : '/client_id', detail }]
  throw new ProblemError('invalid_fields', 'This request is not from a registered application.', {
    errors,
  })
}

interface Standing {
  userId: string
  sessionId: string
  amr: string
  authTime: Date
  tenant: { id: string; name: string }
  /** What was asked for, as far as the user holds it. */
  scopes: string[]
  /** What they let the client have before. */
  consented: readonly string[]
}

/** Who the user is in the client's tenant, whichever one their session works in. */
async function standingOf(
  { env, now }: IssuerContext,
  client: ClientRow,
  asked: AuthorizationParameters,
  sessionId: string,
): Promise<Standing | Refusal> {
  const isMember = and(
    eq(members.userId, sessions.userId),
    eq(members.organizationId, client.tenantId),
  )
  const isConsent = and(
    eq(oauthConsents.clientId, client.id),
    eq(oauthConsents.userId, sessions.userId),
  )
  const isOwn = isNull(sessions.impersonatedBy)
  const [row] = await reaching(
    authDatabaseOf(env)
      .select({
        ...OWN_RIGHTS,
        userId: sessions.userId,
        authTime: sessions.createdAt,
        tenant: { id: organizations.id, name: organizations.name },
        consented: oauthConsents.scopes,
      })
      .from(sessions)
      .innerJoin(users, eq(users.id, sessions.userId))
      .innerJoin(members, isMember)
      .innerJoin(organizations, eq(organizations.id, members.organizationId))
      .leftJoin(roles, isOwnRole)
      .leftJoin(oauthConsents, isConsent)
      .where(and(isOwn, eq(sessions.id, sessionId), gt(sessions.expiresAt, now()))),
  )
  if (!row) {
    const description = 'This account is no member of the tenant the application is for.'
    return { error: 'access_denied', description }
  }
  const ageSeconds = (now().getTime() - row.authTime.getTime()) / 1000
  if (asked.max_age && ageSeconds > Number(asked.max_age)) return SIGN_IN
  const scopes = scopesWithin(readScopes(asked.scope ?? ''), rightsOf(row))
  if (scopes.every((scope) => scope === 'offline_access')) {
    return { error: 'access_denied', description: 'This account holds nothing of what is asked.' }
  }
  const { userId, amr, authTime, tenant, consented } = row
  return { userId, sessionId, amr, authTime, tenant, scopes, consented: consented ?? [] }
}

async function issueCode(
  ctx: IssuerContext,
  client: ClientRow,
  { redirect_uri: redirectUri, code_challenge: codeChallenge = '', nonce }: AuthorizationParameters,
  { userId, sessionId, amr, authTime, scopes }: Standing,
): Promise<{ code: string }> {
  const code = randomBytes(32).toString('base64url')
  const expiresAt = new Date(ctx.now().getTime() + CODE_LIFETIME * 1000)
  const grant: NewGrant = {
    tenantId: client.tenantId,
    clientId: client.id,
    userId,
    scopes,
    redirectUri,
    codeHash: hashSecret(code),
    codeChallenge,
    codeExpiresAt: expiresAt,
    nonce: nonce ?? null,
    amr,
    authTime,
    expiresAt,
  }
  await storeGrant(ctx, grant, sessionId)
  return { code }
}
