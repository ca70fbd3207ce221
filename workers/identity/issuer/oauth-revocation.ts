/** A token a client gives back (RFC 7009), and what one is told about its user (OpenID Connect). */
import { eq } from 'drizzle-orm'
import { ProblemError } from '../../../shared/errors.ts'
import type { RevocationRequest, UserInfo } from '../oauth-schemas.ts'
import { ApplicationClaims } from '../schemas.ts'
import { ACCESS, authenticate, verifySigned } from '../service.ts'
import { hashSecret } from './api-keys.ts'
import { verifierOf } from './caller.ts'
import type { IssuerContext } from './context.ts'
import { proveClient } from './oauth-client-proof.ts'
import { byRefreshToken, endGrant, findGrant, isAlive, scopesNow } from './oauth-grant-store.ts'
import { oauthGrants } from './oauth-tables.ts'
import { revokeSessions } from './revocation.ts'

/** A token that is unknown, or another client's, is no failure: it is of no use already. */
export async function revokeToken(
  ctx: IssuerContext,
  form: RevocationRequest,
  authorization: string | undefined,
): Promise<void> {
  const client = await proveClient(ctx, form, authorization)
  const { token } = form
  const claims = await claimsOf(ctx, token)
  if (claims && claims.client_id !== client.id) return
  if (claims?.sub === client.id) {
    await revokeSessions(ctx, [claims.sid])
    return
  }
  const which = claims ? eq(oauthGrants.id, claims.sid) : byRefreshToken(ctx, hashSecret(token))
  const grant = await findGrant(ctx, which)
  if (!grant || grant.clientId !== client.id) return
  await endGrant(ctx, grant, 'oauth.revoke')
  await revokeSessions(ctx, [grant.id])
}

async function claimsOf(ctx: IssuerContext, token: string): Promise<ApplicationClaims | undefined> {
  if (!token.includes('.')) return undefined
  try {
    const payload = await verifySigned(verifierOf(ctx), token, ACCESS, ctx.now())
    return ApplicationClaims.safeParse(payload).data
  } catch (error) {
    if (error instanceof ProblemError && error.code === 'unauthenticated') return undefined
    throw error
  }
}

/** @throws ProblemError unauthenticated; forbidden without the scope openid */
export async function readUserInfo(ctx: IssuerContext, headers: Headers): Promise<UserInfo> {
  const { actor } = await authenticate(verifierOf(ctx), headers, ctx.now())
  const sessionId = actor.type === 'user' && actor.clientId ? actor.sessionId : undefined
  const grant = sessionId && (await findGrant(ctx, eq(oauthGrants.id, sessionId)))
  if (sessionId && !(grant && isAlive(grant, ctx.now()))) {
    throw new ProblemError('unauthenticated', 'The authorization has ended; ask the user again.')
  }
  const scopes = grant ? scopesNow(grant) : []
  if (!grant || !scopes.includes('openid')) {
    throw new ProblemError('forbidden', 'This needs an access token with the scope openid.')
  }
  const { name, email, emailVerified } = grant.user
  return {
    sub: grant.userId,
    ...(scopes.includes('profile') && { name }),
    ...(scopes.includes('email') && { email, email_verified: emailVerified }),
  }
}
