/** A new session as a row, and the cookie that carries it, in the form better-auth reads. */
import { createHmac, randomBytes } from 'node:crypto'
import { type SQL, sql } from 'drizzle-orm'
import { newId } from '../../../shared/ids.ts'
import { secret } from '../../../shared/secret.ts'
import { SESSION, SESSION_COOKIE } from './auth.ts'
import type { IssuerContext } from './context.ts'
import type { sessions } from './tables.ts'

/** @param proven.amr RFC 8176 names with a space between them */
export function sessionRow(
  { now, client }: IssuerContext,
  { userId, amr }: { userId: string; amr: string },
  headers: Headers,
): typeof sessions.$inferInsert & { id: string; token: string } {
  const at = now()
  return {
    id: newId(at),
    token: randomBytes(24).toString('base64url'),
    expiresAt: new Date(at.getTime() + SESSION.idle * 1000),
    createdAt: at,
    updatedAt: at,
    ipAddress: client?.ip ?? null,
    userAgent: headers.get('user-agent')?.slice(0, 1000) ?? null,
    userId,
    amr,
  }
}

/** Puts the session in once per row of `source`, as the end of a larger statement or a part of it. */
export function insertSession(row: ReturnType<typeof sessionRow>, source: SQL): SQL {
  const time = (date: Date) => sql`${date.toISOString()}::timestamptz`
  return sql`
    insert into auth.sessions
      (id, expires_at, token, created_at, updated_at, ip_address, user_agent, user_id, amr)
    select ${row.id}, ${time(row.expiresAt)}, ${row.token}, ${time(row.createdAt)},
      ${time(row.updatedAt)}, ${row.ipAddress}, ${row.userAgent}, ${row.userId}, ${row.amr}
    from ${source} returning id`
}

/** As a Set-Cookie value. The token is signed, so the database's copy alone opens nothing. */
export async function sessionCookie(
  { env }: IssuerContext,
  token: string,
  { name, maxAge } = { name: SESSION_COOKIE, maxAge: SESSION.idle },
): Promise<string> {
  const { current } = await secret(env, 'AUTH_SECRET')
  const signature = createHmac('sha256', current).update(token).digest('base64')
  const value = encodeURIComponent(`${token}.${signature}`)
  return `${name}=${value}; Max-Age=${maxAge}; Path=/; HttpOnly; Secure; SameSite=Lax`
}
