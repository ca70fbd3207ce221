/**
 * SQL for flags. Every statement names its tenant, and so does the batch it runs in. A change and its
 * audit entry are one statement: the entry is written while the changed rows are read, so there is none
 * where nothing changed.
 */
import { and, asc, eq, gt, not, type SQL, sql, type SQLWrapper } from 'drizzle-orm'
import type { WithEnv } from '../../shared/context.ts'
import { type DatabaseEnv, withTenant } from '../../shared/database.ts'
import { auditColumn, type AuditDetails } from '../audit/service.ts'
import type { Flag, FlagChange, FlagPageQuery, NewFlag } from './schemas.ts'
import { featureFlags } from './tables.ts'

export type StoreContext = WithEnv<DatabaseEnv>

/** At most `limit` flags whose names come after `cursor`, in the order of names. */
export async function selectFlags(
  ctx: StoreContext,
  { limit, cursor }: FlagPageQuery,
): Promise<Flag[]> {
  const after = cursor === undefined ? undefined : gt(featureFlags.name, cursor)
  const [rows] = await withTenant(ctx).batch((tx) => [
    tx
      .select()
      .from(featureFlags)
      .where(and(eq(featureFlags.tenantId, ctx.tenantId), after))
      .orderBy(asc(featureFlags.name))
      .limit(limit),
  ])
  return rows.map(toFlag)
}

export async function findFlag(ctx: StoreContext, name: string): Promise<Flag | undefined> {
  const [[row]] = await withTenant(ctx).batch((tx) => [
    tx.select().from(featureFlags).where(isFlag(ctx, name)),
  ])
  return row && toFlag(row)
}

/** @returns undefined when the name is taken; nothing is written then. */
export async function insertFlag(ctx: StoreContext, flag: NewFlag): Promise<Flag | undefined> {
  const { name, description, enabled, type, defaultValue } = flag
  const { tenantId } = ctx
  const [createdAt, updatedAt] = [ctx.now(), ctx.now()]
  const body = { type, defaultValue }
  const values = { tenantId, name, description, enabled, body, createdAt, updatedAt }
  const seq = auditColumn(ctx, 'flag.create', about(name, { enabled, defaultValue }))
  const [[row]] = await withTenant(ctx).batch((tx) => {
    const insert = tx.insert(featureFlags).values(values).onConflictDoNothing().returning()
    const created = tx.$with('created').as(insert)
    return [tx.with(created).select().from(created).where(isWritten(seq))]
  })
  return row && toFlag(row)
}

/** Changes what `change` names and nothing else. @returns undefined when there is no such flag. */
export async function updateFlag(
  ctx: StoreContext,
  name: string,
  { description, enabled, defaultValue }: FlagChange,
  event: 'flag.change' | 'flag.toggle' = 'flag.change',
): Promise<Flag | undefined> {
  const changes = {
    ...(description !== undefined && { description }),
    ...(enabled !== undefined && { enabled }),
    ...(defaultValue !== undefined && { body: mergedBody({ defaultValue }) }),
  }
  const facts = {
    ...(description !== undefined && { description: 'changed' }),
    ...(enabled !== undefined && { enabled }),
    ...(defaultValue !== undefined && { defaultValue }),
  }
  return update(ctx, name, changes, () => auditColumn(ctx, event, about(name, facts)))
}

/** Flips the switch in one statement, so two flips at once end where they began. */
export async function flipFlag(ctx: StoreContext, name: string): Promise<Flag | undefined> {
  const entry = (enabled: boolean) => auditColumn(ctx, 'flag.toggle', about(name, { enabled }))
  const [on, off] = [entry(true), entry(false)]
  const enabled = not(featureFlags.enabled)
  return update(ctx, name, { enabled }, (is) => sql`case when ${is} then ${on} else ${off} end`)
}

/** @returns whether there was such a flag. */
export async function deleteFlag(ctx: StoreContext, name: string): Promise<boolean> {
  const seq = auditColumn(ctx, 'flag.delete', about(name, {}))
  const [rows] = await withTenant(ctx).batch((tx) => {
    const gone = tx.delete(featureFlags).where(isFlag(ctx, name)).returning()
    const deleted = tx.$with('deleted').as(gone)
    return [tx.with(deleted).select({ seq }).from(deleted)]
  })
  return rows.length > 0
}

interface Changes {
  description?: string
  enabled?: boolean | SQL
  body?: SQL
}

/** @param entry Made with the column that says whether the flag is on afterwards. */
async function update(
  ctx: StoreContext,
  name: string,
  changes: Changes,
  entry: (enabled: SQLWrapper) => SQL,
) {
  const [[row]] = await withTenant(ctx).batch((tx) => {
    const set = { ...changes, updatedAt: ctx.now() }
    const updated = tx.update(featureFlags).set(set).where(isFlag(ctx, name)).returning()
    const changed = tx.$with('changed').as(updated)
    return [
      tx
        .with(changed)
        .select()
        .from(changed)
        .where(isWritten(entry(changed.enabled))),
    ]
  })
  return row && toFlag(row)
}

/** A condition on changed rows that holds once it has written their entry: entries count from 1. */
const isWritten = (seq: SQL) => gt(seq, 0)

const about = (name: string, facts: NonNullable<AuditDetails['facts']>): AuditDetails => {
  return { resource: { type: 'flag', id: name }, facts }
}

/** Merged in SQL: read, change and write back would lose a change made in between. */
const mergedBody = (change: Pick<Flag, 'defaultValue'>) =>
  sql`${featureFlags.body} || ${JSON.stringify(change)}::jsonb`

const isFlag = ({ tenantId }: StoreContext, name: string) =>
  and(eq(featureFlags.tenantId, tenantId), eq(featureFlags.name, name))

/** Field by field: what the table gains later must not leave by accident. */
function toFlag(row: typeof featureFlags.$inferSelect): Flag {
  const { name, description, enabled, body } = row
  const { type, defaultValue } = body
  const [createdAt, updatedAt] = [row.createdAt.toISOString(), row.updatedAt.toISOString()]
  return { name, description, type, enabled, defaultValue, createdAt, updatedAt }
}
