/**
 * A new key for checkpoints every year. It is published a month before it signs, so that whoever keeps
 * the public keys has it by then; the one before it verifies what it signed for ever.
 */
import { desc, sql } from 'drizzle-orm'
import { reaching } from '../../../shared/database.ts'
import { auditColumn } from '../../audit/service.ts'
import type { IssuerContext } from './context.ts'
import { authDatabaseOf } from './database.ts'
import { auditKeys } from './key-tables.ts'
import { createSigningKey } from './signing-keys.ts'

const DAY_MS = 86_400_000

/** Milliseconds a key signs, and is known before that: whoever is late with it gives less notice. */
const TIMES = { life: 365 * DAY_MS, ahead: 30 * DAY_MS, notice: DAY_MS }

/**
 * May be called at any time and by many at once: a key can have one successor only. Without a first
 * key there is none to replace; that is made with the first checkpoint.
 */
export async function rotateAuditKeys(ctx: IssuerContext): Promise<void> {
  const now = ctx.now()
  const { id, createdAt, activeFrom } = auditKeys
  const [newest] = await reaching(
    authDatabaseOf(ctx.env)
      .select({ id, createdAt, activeFrom })
      .from(auditKeys)
      .orderBy(desc(createdAt))
      .limit(1),
  )
  if (!newest) return
  const turn = (newest.activeFrom ?? newest.createdAt).getTime() + TIMES.life
  if (now.getTime() < turn - TIMES.ahead) return
  await replace(ctx, newest.id, new Date(Math.max(turn, now.getTime() + TIMES.notice)))
}

/** One statement: the new key, the end of the old one and the record of it, or nothing. */
async function replace(ctx: IssuerContext, old: string, activeFrom: Date): Promise<void> {
  const key = await createSigningKey(ctx)
  const time = (date: Date) => sql`${date.toISOString()}::timestamptz`
  const resource = { type: 'audit-key', id: key.id }
  const actor = { type: 'system', job: 'rotateKeys' } as const
  const { rowCount } = await reaching(
    authDatabaseOf(ctx.env).execute(sql`
      with made as (
        insert into auth.audit_keys (id, public_key, private_key, created_at, active_from, replaces)
        values (${key.id}, ${JSON.stringify(key.publicKey)}::jsonb, ${key.privateKey},
          ${time(key.createdAt)}, ${time(activeFrom)}, ${old})
        on conflict (replaces) do nothing
        returning replaces
      ), retired as (
        update auth.audit_keys k set retired_at = ${time(activeFrom)}
        from made where k.id = made.replaces returning k.id
      )
      select ${auditColumn(ctx, 'key.rotate', { resource, actor })} from retired`),
  )
  if (rowCount > 0) ctx.log.info('the next checkpoint key is published', { key_id: key.id })
}
