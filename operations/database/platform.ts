/**
 * Who runs the platform: granted here and nowhere else, to accounts with a second factor, because
 * what it opens goes across tenants. Both ways are told to the platform's own audit log.
 */
import { canonical } from '../../workers/audit/canonical.ts'
import { AuditEntry } from '../../workers/audit/schemas.ts'
import type { Sql } from './connection.ts'

/** The log of what belongs to no tenant; workers/audit/service.ts names it too. */
const LOG = '_platform'

/** A passkey is two factors by itself. */
const HAS_SECOND_FACTOR = `(
  exists (select from auth.two_factors t where t.user_id = u.id and t.confirmed_at is not null)
  or exists (select from auth.passkeys p where p.user_id = u.id))`

/** Addresses of those who run the platform. */
export async function listPlatform(sql: Sql): Promise<string[]> {
  const rows = await sql.query('select email from auth.users where is_platform order by email')
  return rows.map((row) => String(row['email']))
}

/**
 * Counts from the holder's next session with a second factor on; taken back it counts at once.
 *
 * @throws Error saying why nothing was changed
 */
export async function setPlatform(sql: Sql, email: string, isGranted: boolean): Promise<void> {
  const [user] = await sql.query(
    `select u.id, u.is_platform as granted, ${HAS_SECOND_FACTOR} as strong
     from auth.users u where u.email = $1`,
    [email.toLowerCase()],
  )
  if (!user) throw new Error(`There is no account ${email}.`)
  if (user['granted'] === isGranted) return
  if (isGranted && user['strong'] !== true) {
    throw new Error(`${email} has no second factor: enrol one in the console first.`)
  }
  const id = String(user['id'])
  const change = `update auth.users u set is_platform = $2
    where u.id = $1 and (not $2 or ${HAS_SECOND_FACTOR})`
  await sql.transaction([
    sql.query(change, [id, isGranted]),
    sql.query('select public.audit_append($1, $2, $3)', [LOG, new Date(), entryOf(id, isGranted)]),
  ])
}

function entryOf(userId: string, isGranted: boolean): string {
  const entry = AuditEntry.parse({
    v: 1,
    id: crypto.randomUUID(),
    event: isGranted ? 'admin.platform.grant' : 'admin.platform.revoke',
    tenant: LOG,
    actor: 'operations',
    actorType: 'system',
    resource: { type: 'user', id: userId },
    outcome: 'ok',
    requestId: crypto.randomUUID(),
    traceId: crypto.randomUUID().replaceAll('-', ''),
  })
  return canonical(entry)
}
