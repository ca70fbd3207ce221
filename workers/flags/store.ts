/** SQL that reads flags. Every statement names its tenant, and so does the batch it runs in. */
import { and, asc, eq, gt, sql } from 'drizzle-orm'
import { withTenant } from '../../shared/database.ts'
import { toModelFlag } from './model-store.ts'
import type { ModelFlag } from './model.ts'
import type { FlagPageQuery } from './schemas.ts'
import type { StoreContext } from './snapshot-store.ts'
import { featureFlags } from './tables.ts'

/** At most `limit` flags whose names come after `cursor`, in the order of names. */
export async function selectFlags(
  ctx: StoreContext,
  { limit, cursor, search, tag, type, enabled }: FlagPageQuery,
): Promise<ModelFlag[]> {
  const { tenantId, name, body } = featureFlags
  const [rows] = await withTenant(ctx).batch((tx) => [
    tx
      .select()
      .from(featureFlags)
      .where(
        and(
          eq(tenantId, ctx.tenantId),
          cursor === undefined ? undefined : gt(name, cursor),
          search === undefined ? undefined : sql`strpos(${name}, ${search}) > 0`,
          tag === undefined ? undefined : sql`${body} -> 'tags' ? ${tag}`,
          type === undefined ? undefined : sql`coalesce(${body} ->> 'type', 'boolean') = ${type}`,
          enabled === undefined ? undefined : eq(featureFlags.enabled, enabled),
        ),
      )
      .orderBy(asc(name))
      .limit(limit),
  ])
  return rows.map(toModelFlag)
}

export async function findFlag(ctx: StoreContext, name: string): Promise<ModelFlag | undefined> {
  const isIt = and(eq(featureFlags.tenantId, ctx.tenantId), eq(featureFlags.name, name))
  const [[row]] = await withTenant(ctx).batch((tx) => [tx.select().from(featureFlags).where(isIt)])
  return row && toModelFlag(row)
}

/** Those with an experiment among an environment's rules, in the order of names. */
export async function selectExperimentFlags(
  ctx: StoreContext,
  environment: string,
): Promise<ModelFlag[]> {
  const { tenantId, name, body } = featureFlags
  const some = JSON.stringify([{ type: 'experiment' }])
  const has = sql`${body} #> array['environments', ${environment}::text, 'rules'] @> ${some}::jsonb`
  const [rows] = await withTenant(ctx).batch((tx) => [
    tx
      .select()
      .from(featureFlags)
      .where(and(eq(tenantId, ctx.tenantId), has))
      .orderBy(asc(name)),
  ])
  return rows.map(toModelFlag)
}
