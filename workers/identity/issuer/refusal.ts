/** What Postgres refuses: a second of what may be there once, and what migrations/0007_tenants.sql forbids. */
import { NeonDbError } from '@neondatabase/serverless'
import { isTaken, reaching } from '../../../shared/database.ts'
import { type ProblemCode, ProblemError } from '../../../shared/errors.ts'

/** SQLSTATE of auth.refuse. */
const REFUSED = 'VA409'

const REASONS: Record<string, readonly [ProblemCode, string]> = {
  no_tenant: ['not_found', 'There is no such tenant any more.'],
  no_role: ['not_found', 'There is no such role; GET /api/admin/roles lists them.'],
  last_way: ['conflict', 'This is the last way to sign in: add another first.'],
  last_owner: ['conflict', 'A tenant needs an owner: make somebody else one first.'],
  changed_meanwhile: ['conflict', 'Somebody changed this member just now; look again.'],
  no_invitation: [
    'not_found',
    'This invitation was used, revoked or has expired; ask for another.',
  ],
  is_member: ['conflict', 'This address belongs to a member already.'],
  no_user: ['not_found', 'There is no such account.'],
  is_platform: ['forbidden', 'This account runs the platform; that has to be taken back first.'],
  not_banned: ['not_found', 'This account is not suspended.'],
  not_closed: ['conflict', 'Only a tenant whose deletion is due can be erased.'],
}

/**
 * What `call` answers; what the database refuses on purpose becomes its problem.
 *
 * @param taken The problem of a row that is there already
 */
export function refusing<Result>(call: PromiseLike<Result>, taken?: ProblemError): Promise<Result> {
  return reaching(call).catch((error: unknown) => {
    const cause = databaseError(error)
    if (taken && isTaken(error)) throw taken
    throw (cause?.code === REFUSED && problemOf(cause.message)) || error
  })
}

function problemOf(message: string): ProblemError | undefined {
  const banned = /^banned ?(\S*)$/.exec(message)
  if (banned) {
    const until = banned[1] ? ` until ${banned[1]}` : ''
    const detail = `This account is suspended${until}; ask whoever runs the platform.`
    return new ProblemError('forbidden', detail)
  }
  const inUse = /^role_in_use (\d+) (\d+)$/.exec(message)
  if (inUse) {
    const detail = `${inUse[1]} members hold this role and ${inUse[2]} are invited to; give them another first.`
    return new ProblemError('conflict', detail)
  }
  const reason = REASONS[message]
  return reason && new ProblemError(...reason)
}

/** Drizzle wraps what a single statement throws, and not what a batch does. */
const databaseError = (error: unknown): NeonDbError | undefined =>
  [error, error instanceof Error ? error.cause : undefined].find(
    (cause) => cause instanceof NeonDbError,
  )
