/** From the claims of an access token to whom it speaks for: no effects; verifying it is service.ts. */
import {
  type Actor,
  type Caller,
  type Permission,
  PERMISSIONS,
  PERSONAL,
  WITHHELD,
} from '../../shared/context.ts'
import { decodeBits } from './permission-bits.ts'
import type { Bearer } from './revocations.ts'
import { permissionsOf } from './roles.ts'
import type { ApplicationClaims, Claims, UserClaims } from './schemas.ts'

export interface Verified {
  caller: Caller
  /** Whom a revocation would name; undefined for an API key, which ends by its exchange. */
  bearer: Bearer | undefined
  /** Origins of the pages that may use the credential; undefined means any. */
  origins: readonly string[] | undefined
  /** Milliseconds since the epoch. */
  expiresAt: number
}

const NOTHING: ReadonlySet<Permission> = new Set()

/** @param claims Of a token whose signature, times and audience hold */
export function readClaims(claims: Claims): Verified {
  const { sub, org: tenantId, exp, pln } = claims
  const place = { tenantId, ...(pln !== undefined && { plan: pln }) }
  const expiresAt = exp * 1000
  if ('client_id' in claims) {
    const { sid: sessionId, client_id: clientId, iat, role = '' } = claims
    const bearer = { userId: sub, sessionId, tenantId, role, clientId, issuedAt: iat * 1000 }
    const actor = applicationOf(claims)
    return { caller: { ...place, actor }, bearer, origins: undefined, expiresAt }
  }
  if ('scp' in claims) {
    const permissions = scopedTo(claims.scp)
    const actor: Actor = { type: 'key', keyId: sub, environment: claims.env, permissions }
    return { caller: { ...place, actor }, bearer: undefined, origins: claims.ori, expiresAt }
  }
  const permissions = grantedBy(claims)
  const { sid: sessionId, iat, role, act } = claims
  const actedBy = act && { actedBy: act.sub }
  const actor: Actor = { type: 'user', userId: sub, sessionId, permissions, ...actedBy }
  const bearer = { userId: sub, sessionId, tenantId, role, issuedAt: iat * 1000 }
  return { caller: { ...place, actor }, bearer, origins: undefined, expiresAt }
}

/** Whoever else it acts for, an application has its scopes and no more. */
function applicationOf({
  sub,
  sid: sessionId,
  scp,
  client_id: clientId,
}: ApplicationClaims): Actor {
  const permissions = scopedTo(scp)
  if (sub === clientId) return { type: 'key', keyId: clientId, permissions }
  return { type: 'user', userId: sub, sessionId, clientId, permissions }
}

function scopedTo(scp: string): ReadonlySet<Permission> {
  const scopes = new Set(scp.split(' '))
  return new Set(PERMISSIONS.filter((one) => scopes.has(one) && !PERSONAL.has(one)))
}

/** Running the platform is a claim of its own: no role's bits grant it, whatever they say. */
function grantedBy({ role, p, plt, act }: UserClaims): ReadonlySet<Permission> {
  const granted = p === undefined ? permissionsOf(role) : decodeBits(p, PERMISSIONS)
  if (act) return new Set([...granted].filter((one) => !WITHHELD.has(one)))
  if (plt) return new Set([...granted, 'admin.platform'])
  return granted.has('admin.platform') ? NOTHING : granted
}
