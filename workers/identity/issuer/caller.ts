/**
 * Who calls a guarded route of this Worker: the credential as on the edge, and then the session or
 * API key itself, for here the database is near. So a revoked one is refused at once, and a changed
 * role counts from the next request.
 */
import { and, eq, gt } from 'drizzle-orm'
import type { Actor, Caller, WithEnv } from '../../../shared/context.ts'
import { reaching } from '../../../shared/database.ts'
import { ProblemError } from '../../../shared/errors.ts'
import { noteTenant } from '../../../shared/tracing.ts'
import { NO_TENANT } from '../schemas.ts'
import { authenticate, type TokenEnv } from '../service.ts'
import type { IssuerContext, IssuerCore, IssuerEnv } from './context.ts'
import { authDatabaseOf } from './database.ts'
import { exchangeKey, permissionsOfKey } from './key-exchange.ts'
import { permissionsOfGrant } from './oauth-grant-store.ts'
import {
  impersonators,
  isImpersonationOver,
  isImpersonator,
  isOwnRole,
  isReachable,
  RIGHTS,
  rightsOf,
} from './rights.ts'
import { publishedKeys } from './signing-keys.ts'
import { members, roles, sessions, users } from './tables.ts'

/** A guarded route's context in this Worker. */
export type CallerContext = WithEnv<IssuerEnv> & IssuerContext

const verifiers = new WeakMap<IssuerEnv, TokenEnv>()

/** @throws ProblemError unauthenticated */
export async function identifyCaller(ctx: IssuerContext, headers: Headers): Promise<CallerContext> {
  const caller = await authenticate(verifierOf(ctx), headers, ctx.now())
  noteTenant(caller.tenantId)
  const live = await withRightsOfNow(ctx, caller)
  return { ...ctx, ...live, log: ctx.log.with({ tenant_id: live.tenantId }) }
}

/**
 * What the session's user may do in the tenant now, or the application whose authorization has this
 * id; null when that or the membership ended. Who is in no tenant has no role, and lives on.
 */
export async function permissionsNow(
  ctx: IssuerContext,
  sessionId: string,
  tenantId: string,
): Promise<readonly string[] | null> {
  const isMember = and(
    eq(members.userId, sessions.userId),
    eq(members.organizationId, tenantId),
    isReachable,
  )
  const [row] = await reaching(
    authDatabaseOf(ctx.env)
      .select(RIGHTS)
      .from(sessions)
      .innerJoin(users, eq(users.id, sessions.userId))
      .leftJoin(members, isMember)
      .leftJoin(roles, isOwnRole)
      .leftJoin(impersonators, isImpersonator)
      .where(and(eq(sessions.id, sessionId), gt(sessions.expiresAt, ctx.now()))),
  )
  if (!row) return permissionsOfGrant(ctx, sessionId, tenantId)
  if (row.role === null && tenantId !== NO_TENANT) return null
  const rights = { ...row, role: row.role ?? '' }
  return isImpersonationOver(rights, ctx.now()) ? null : [...rightsOf(rights)]
}

async function withRightsOfNow(ctx: IssuerContext, { tenantId, actor }: Caller): Promise<Caller> {
  const held = await heldNow(ctx, tenantId, actor)
  if (actor.type === 'system' || !held) {
    const detail = 'The session has ended, or the key: sign in again, or use another key.'
    throw new ProblemError('unauthenticated', detail)
  }
  return { tenantId, actor: { ...actor, permissions: new Set(held) } }
}

/** What the actor may do in the tenant now; null when the session or key behind it ended. */
export async function heldNow(ctx: IssuerContext, tenantId: string, actor: Actor) {
  switch (actor.type) {
    case 'user':
      return permissionsNow(ctx, actor.sessionId, tenantId)
    case 'key':
      return permissionsOfKey(ctx, actor.keyId, tenantId)
    case 'system':
      return null
  }
}

/** This Worker's own keys, where the edge asks for them through its binding. */
export function verifierOf({ env, now }: IssuerCore): TokenEnv {
  const ctx = { env, now }
  const IDENTITY = {
    jwks: () => publishedKeys(ctx),
    exchangeKey: async (key: string) => (await exchangeKey(ctx, key))?.token ?? null,
  }
  const verifier = verifiers.get(env) ?? { PUBLIC_URL: env.PUBLIC_URL, IDENTITY }
  verifiers.set(env, verifier)
  return verifier
}
