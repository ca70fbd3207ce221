/**
 * A new signing key every thirty days, made by a schedule. It is published a day before it signs,
 * so every verifier knows it by then; the one before it is published a day longer than it signs, so
 * no token is left that nobody can check.
 */
import { desc, lte, sql } from 'drizzle-orm'
import { reaching } from '../../../shared/database.ts'
import { auditColumn } from '../../audit/service.ts'
import type { IssuerContext } from './context.ts'
import { authDatabaseOf } from './database.ts'
import { signingKeys } from './key-tables.ts'
import { createSigningKey } from './signing-keys.ts'

const DAY_MS = 86_400_000

/**
 * Milliseconds a key signs, is known before that, at least when it was made late, and after that.
 * Verifiers ask for keys every few minutes.
 */
const TIMES = { life: 30 * DAY_MS, ahead: DAY_MS, notice: DAY_MS / 2, grace: DAY_MS }

/**
 * Forgets keys whose time is over and makes the next one when it is due. May be called at any time
 * and by many at once: a key can have one successor only. Without a first key there is none to
 * replace (setup.ts).
 */
export async function rotateKeys(ctx: IssuerContext): Promise<void> {
  const db = authDatabaseOf(ctx.env)
  const now = ctx.now()
  const { id, activeFrom } = signingKeys
  const [, [newest]] = await reaching(
    db.batch([
      db.delete(signingKeys).where(lte(signingKeys.expiresAt, now)),
      db.select({ id, activeFrom }).from(signingKeys).orderBy(desc(activeFrom)).limit(1),
    ]),
  )
  if (!newest) return
  const turn = newest.activeFrom.getTime() + TIMES.life
  if (now.getTime() < turn - TIMES.ahead) return
  await replace(ctx, newest.id, new Date(Math.max(turn, now.getTime() + TIMES.notice)))
}

/** One statement: the new key, the end of the old one and the record of it, or nothing. */
async function replace(ctx: IssuerContext, old: string, activeFrom: Date): Promise<void> {
  const key = await createSigningKey(ctx)
  const time = (date: Date) => sql`${date.toISOString()}::timestamptz`
  const resource = { type: 'signing-key', id: key.id }
  const actor = { type: 'system', job: 'rotateKeys' } as const
  const rows = await reaching(
    authDatabaseOf(ctx.env).execute(sql`
      with made as (
        insert into auth.signing_keys (id, public_key, private_key, created_at, active_from, replaces)
        values (${key.id}, ${JSON.stringify(key.publicKey)}::jsonb, ${key.privateKey},
          ${time(key.createdAt)}, ${time(activeFrom)}, ${old})
        on conflict (replaces) do nothing
        returning replaces
      ), retired as (
        update auth.signing_keys k set expires_at = ${time(new Date(activeFrom.getTime() + TIMES.grace))}
        from made where k.id = made.replaces returning k.id
      )
      select retired.id, ${auditColumn(ctx, 'key.rotate', { resource, actor })} from retired`),
  )
  if (rows.rowCount > 0) ctx.log.info('the next signing key is published', { key_id: key.id })
}
