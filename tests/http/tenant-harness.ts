/**
 * People for tests of tenants: accounts with a session, made in the database at once, because a
 * sign-in costs a password hash each. Everything they then do goes through the product.
 */
import { createHmac } from 'node:crypto'
import { connect } from '../../operations/database/connection.ts'
import { callContext } from '../../workers/identity-worker/context.ts'
import { signAccessToken } from '../../workers/identity/issuer/access-token.ts'
import { problemOf, sessionOf, startIdentity } from './identity-harness.ts'

export interface Person {
  id: string
  email: string
  sessionId: string
  /** Speaks for the tenant the person was made in. */
  token: string
  cookie: string
}

export async function startTenants() {
  const app = await startIdentity()
  const owner = await sessionOf(await app.setUp())
  const sql = connect(app.database.owner)
  const tenantId = owner.tenant.id
  let count = 0

  /** A token for somebody's session, whatever tenant it names. */
  async function tokenFor(of: Pick<Person, 'id' | 'sessionId'>, place: string, role: string) {
    const subject = { userId: of.id, sessionId: of.sessionId, tenantId: place, role, amr: ['pwd'] }
    return (
      await signAccessToken(
        callContext(app.settings, () => {}),
        subject,
      )
    ).accessToken
  }

  async function person(name: string, role: string | null, place = tenantId): Promise<Person> {
    const id = `${name}-${++count}`
    const sessionId = `session-${id}`
    const email = `${id}@example.com`
    const made = [
      sql.query(
        `insert into auth.users (id, name, email, email_verified, created_at, updated_at)
         values ($1, $2, $3, true, now(), now())`,
        [id, name, email],
      ),
      sql.query(
        `insert into auth.sessions (id, expires_at, token, created_at, updated_at, user_id)
         values ($1, now() + interval '1 hour', $2, now(), now(), $3)`,
        [sessionId, `token-${id}`, id],
      ),
    ]
    const joined = [
      sql.query(
        `insert into auth.members (id, organization_id, user_id, role, created_at)
         values ($1, $2, $3, $4, now())`,
        [`m-${String(count).padStart(6, '0')}`, place, id, role],
      ),
      sql.query(`select set_config('app.tenant_id', $1, true)`, [place]),
      sql.query(
        `insert into public.users (tenant_id, id, email, name, role, created_at)
         values ($1, $2, $3, $4, $5, now())`,
        [place, id, email, name, role],
      ),
    ]
    await sql.transaction(role === null ? made : [...made, ...joined])
    const signature = createHmac('sha256', app.settings.AUTH_SECRET)
      .update(`token-${id}`)
      .digest('base64')
    const cookie = `__Host-va_session=${encodeURIComponent(`token-${id}.${signature}`)}`
    const token = await tokenFor({ id, sessionId }, place, role ?? 'viewer')
    return { id, email, sessionId, token, cookie }
  }

  /** A tenant made through the product, with an owner of its own. */
  async function tenant(name: string) {
    const founder = await person(`${name}-founder`, 'viewer')
    const made = await app.send('POST', '/api/tenants', { name }, founder.token)
    const { id } = await made.json<{ id: string }>()
    await app.send('POST', '/api/tenant/leave', undefined, founder.token)
    return { id, name, owner: { ...founder, token: await tokenFor(founder, id, 'owner') } }
  }

  /** Events of a tenant's log, oldest first. */
  async function events(tenantOf = tenantId): Promise<string[]> {
    const [, rows] = await sql.transaction([
      sql.query(`select set_config('app.tenant_id', $1, true)`, [tenantOf]),
      sql.query('select event from audit_log where tenant_id = $1 order by seq', [tenantOf]),
    ])
    return (rows as { event: string }[]).map(({ event }) => event)
  }

  /** Members as both schemas have them, which must agree. */
  async function roster(tenantOf = tenantId): Promise<Record<string, string>> {
    const [, rows] = await sql.transaction([
      sql.query(`select set_config('app.tenant_id', $1, true)`, [tenantOf]),
      sql.query(
        `select m.user_id as id, m.role, u.role as shown from auth.members m
         full join public.users u on u.id = m.user_id and u.tenant_id = m.organization_id
         where m.organization_id = $1 or u.tenant_id = $1`,
        [tenantOf],
      ),
    ])
    const known = rows as { id: string; role: string; shown: string }[]
    for (const { id, role, shown } of known) {
      if (role !== shown) throw new Error(`${id} is ${role}, but the tenant sees ${shown}`)
    }
    return Object.fromEntries(known.map(({ id, role }) => [id, role]))
  }

  return { ...app, owner, tenantId, sql, person, tenant, tokenFor, events, roster, problemOf }
}

export type TestTenants = Awaited<ReturnType<typeof startTenants>>
