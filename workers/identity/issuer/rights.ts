/**
 * What a member may do: by a built-in role, by one the tenant made, and, for those who run the
 * platform, by having proved a second factor in this very session.
 */
import { and, eq } from 'drizzle-orm'
import { type Permission, PERMISSIONS } from '../../../shared/context.ts'
import { encodeBits } from '../permission-bits.ts'
import { permissionsOf } from '../roles.ts'
import { members, roles, sessions, users } from './tables.ts'

/** Columns of a select over members, roles (left join `isOwnRole`), sessions and users. */
export const RIGHTS = {
  role: members.role,
  ownPermissions: roles.permissions,
  version: roles.version,
  isPlatform: users.isPlatform,
  amr: sessions.amr,
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
}

/** RFC 8176: a one-time code, a key in hardware or software, or several of them. */
const SECOND_FACTORS = new Set(['otp', 'hwk', 'swk', 'mfa'])

export function rightsOf(row: RightsRow): ReadonlySet<Permission> {
  const held = permissionsOfRole(row.role, row.ownPermissions)
  return runsPlatform(row) ? new Set([...held, 'admin.platform']) : held
}

/** No role of a tenant, whatever its row says, runs the platform. */
export function permissionsOfRole(name: string, own: string[] | null): ReadonlySet<Permission> {
  if (!own) return permissionsOf(name)
  return new Set(PERMISSIONS.filter((known) => known !== 'admin.platform' && own.includes(known)))
}

/** What an access token carries of it beside the role's name. */
export function rightsClaims(row: RightsRow): { p?: string; pv?: number; plt?: true } {
  const { role, ownPermissions: own, version } = row
  return {
    ...(own && { p: encodeBits(permissionsOfRole(role, own), PERMISSIONS) }),
    ...(version !== null && { pv: version }),
    ...(runsPlatform(row) && { plt: true as const }),
  }
}

const runsPlatform = ({ isPlatform, amr }: RightsRow) =>
  isPlatform && amr.split(' ').some((method) => SECOND_FACTORS.has(method))
