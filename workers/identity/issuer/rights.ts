/**
 * What a member may do: by a built-in role, by one the tenant made, and, for those who run the
 * platform, by having proved a second factor in this very session.
 */
import { and, eq, isNull, or, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/pg-core'
import { type Permission, PERMISSIONS, WITHHELD } from '../../../shared/context.ts'
import { encodeBits } from '../permission-bits.ts'
import { permissionsOf } from '../roles.ts'
import type { TokenSubject } from './access-token.ts'
import { members, roles, sessions, users } from './tables.ts'

/** Who works in a session as its user. */
export const impersonators = alias(users, 'impersonators')

export const isImpersonator = eq(impersonators.id, sessions.impersonatedBy)

/** Whoever acts as another does so in the tenant they said, and in none of the other's others. */
export const isReachable = or(
  isNull(sessions.impersonatedBy),
  eq(members.organizationId, sessions.activeOrganizationId),
)

/** Columns of a select over members, roles and impersonators (left joins), sessions and users. */
export const RIGHTS = {
  role: members.role,
  ownPermissions: roles.permissions,
  version: roles.version,
  isPlatform: users.isPlatform,
  amr: sessions.amr,
  impersonatedBy: sessions.impersonatedBy,
  /** Null where nobody acts as the user. */
  isActorPlatform: impersonators.isPlatform,
  openedAt: sessions.createdAt,
}

/** The same, without impersonators, where nobody acts as the user. */
export const OWN_RIGHTS = {
  ...RIGHTS,
  impersonatedBy: sql<null>`null`,
  isActorPlatform: sql<null>`null`,
}

export const isOwnRole = and(
  eq(roles.organizationId, members.organizationId),
  eq(roles.name, members.role),
)

export interface RightsRow {
  role: string
  ownPermissions: string[] | null
  version: number | null
  isPlatform: boolean
  /** Names of RFC 8176 with a space between them. */
  amr: string
  impersonatedBy: string | null
  isActorPlatform: boolean | null
  openedAt: Date
}

/** Milliseconds somebody may act as another at most. */
export const MAX_IMPERSONATION_MS = 60 * 60_000

/** Whether acting as another is over: by time, or because they run the platform no more. */
export const isImpersonationOver = (row: RightsRow, now: Date): boolean =>
  row.impersonatedBy !== null &&
  (row.isActorPlatform !== true || now.getTime() - row.openedAt.getTime() >= MAX_IMPERSONATION_MS)

/** RFC 8176: a one-time code, a key in hardware or software, or several of them. */
const SECOND_FACTORS = new Set(['otp', 'hwk', 'swk', 'mfa'])

export function rightsOf(row: RightsRow): ReadonlySet<Permission> {
  const held = permissionsOfRole(row.role, row.ownPermissions)
  if (row.impersonatedBy) return new Set([...held].filter((one) => !WITHHELD.has(one)))
  return runsPlatform(row) ? new Set([...held, 'admin.platform']) : held
}

/** No role of a tenant, whatever its row says, runs the platform. */
export function permissionsOfRole(name: string, own: string[] | null): ReadonlySet<Permission> {
  if (!own) return permissionsOf(name)
  return new Set(PERMISSIONS.filter((known) => known !== 'admin.platform' && own.includes(known)))
}

/** What an access token carries of it beside the role's name. */
export function rightsClaims(row: RightsRow): Pick<TokenSubject, 'p' | 'pv' | 'plt' | 'act'> {
  const { role, ownPermissions: own, version } = row
  return {
    ...(own && { p: encodeBits(permissionsOfRole(role, own), PERMISSIONS) }),
    ...(version !== null && { pv: version }),
    ...(row.impersonatedBy && { act: { sub: row.impersonatedBy } }),
    ...(runsPlatform(row) && { plt: true as const }),
  }
}

const runsPlatform = ({ isPlatform, amr, impersonatedBy }: RightsRow) =>
  isPlatform && !impersonatedBy && amr.split(' ').some((method) => SECOND_FACTORS.has(method))
