/** SQL for flags. Every statement names its tenant, and so does the batch it runs in. */
import { and, asc, eq, gt, not, type SQL, sql } from 'drizzle-orm'
import type { WithEnv } from '../../shared/context.ts'
import { type DatabaseEnv, withTenant } from '../../shared/database.ts'
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
  const [[row]] = await withTenant(ctx).batch((tx) => [
    tx
      .insert(featureFlags)
      .values({ tenantId, name, description, enabled, body, createdAt, updatedAt })
      .onConflictDoNothing()
      .returning(),
  ])
  return row && toFlag(row)
}

/** Changes what `change` names and nothing else. @returns undefined when there is no such flag. */
export async function updateFlag(
  ctx: StoreContext,
  name: string,
  { description, enabled, defaultValue }: FlagChange,
): Promise<Flag | undefined> {
  return update(ctx, name, {
    ...(description !== undefined && { description }),
    ...(enabled !== undefined && { enabled }),
    ...(defaultValue !== undefined && { body: mergedBody({ defaultValue }) }),
  })
}

/** Flips the switch in one statement, so two flips at once end where they began. */
export async function flipFlag(ctx: StoreContext, name: string): Promise<Flag | undefined> {
  return update(ctx, name, { enabled: not(featureFlags.enabled) })
}

/** @returns whether there was such a flag. */
export async function deleteFlag(ctx: StoreContext, name: string): Promise<boolean> {
  const [rows] = await withTenant(ctx).batch((tx) => [
    tx.delete(featureFlags).where(isFlag(ctx, name)).returning({ name: featureFlags.name }),
  ])
  return rows.length > 0
}

interface Changes {
  description?: string
  enabled?: boolean | SQL
  body?: SQL
}

async function update(ctx: StoreContext, name: string, changes: Changes) {
  const [[row]] = await withTenant(ctx).batch((tx) => [
    tx
      .update(featureFlags)
      .set({ ...changes, updatedAt: ctx.now() })
      .where(isFlag(ctx, name))
      .returning(),
  ])
  return row && toFlag(row)
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
