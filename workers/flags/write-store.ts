/** SQL of single writes to the model, as statements for the batch of the change they belong to. */
import { and, eq, lte, sql } from 'drizzle-orm'
import type { BatchItem } from 'drizzle-orm/batch'
import type { Tx } from '../../shared/database.ts'
import type { FlagDocument } from './model-schemas.ts'
import type {
  Model,
  ModelEnvironment,
  ModelFlag,
  ModelOverride,
  ModelSegment,
  Write,
} from './model.ts'
import type { ScheduleStep } from './schedule-plan.ts'
import type { StoreContext } from './snapshot-store.ts'
import {
  featureFlagRevisions,
  featureFlags,
  flagDrafts,
  flagEnvironments,
  flagSegments,
  userFeatureFlags,
} from './tables.ts'

/** Who a write is by, in the words of revisions. */
export function actorOf({ actor }: Pick<StoreContext, 'actor'>): string {
  switch (actor.type) {
    case 'user':
      return actor.userId
    case 'key':
      return actor.keyId
    case 'system':
      return actor.job
  }
}

/** @param before The model the change was decided on */
export const statementsOf =
  (ctx: StoreContext, before: Model, writes: readonly Write[]) =>
  (tx: Tx): BatchItem<'pg'>[] =>
    writes.flatMap((write) => statementOf(tx, ctx, before, write))

function statementOf(tx: Tx, ctx: StoreContext, before: Model, write: Write): BatchItem<'pg'>[] {
  const { tenantId } = ctx
  switch (write.type) {
    case 'flag':
      return flagStatements(tx, ctx, before.flags.get(write.flag.name), write)
    case 'flagGone':
      return goneStatements(tx, ctx, before.flags.get(write.name), write)
    case 'segment':
      return [putSegment(tx, tenantId, write.segment)]
    case 'segmentGone': {
      const isIt = and(eq(flagSegments.tenantId, tenantId), eq(flagSegments.name, write.name))
      return [tx.delete(flagSegments).where(isIt)]
    }
    case 'override':
      return [putOverride(tx, tenantId, write.override)]
    case 'overrideGone': {
      const isIt = and(
        eq(userFeatureFlags.tenantId, tenantId),
        eq(userFeatureFlags.environment, write.environment),
        eq(userFeatureFlags.flag, write.flag),
        eq(userFeatureFlags.unitId, write.unitId),
      )
      return [tx.delete(userFeatureFlags).where(isIt)]
    }
    case 'overridesExpired': {
      const isOver = lte(userFeatureFlags.expiresAt, new Date(write.at))
      return [
        tx.delete(userFeatureFlags).where(and(eq(userFeatureFlags.tenantId, tenantId), isOver)),
      ]
    }
    case 'environment':
      return [putEnvironment(tx, tenantId, write.environment)]
    case 'draftPublished': {
      const isIt = and(eq(flagDrafts.tenantId, tenantId), eq(flagDrafts.id, write.id))
      return [tx.update(flagDrafts).set({ state: 'published', updatedAt: ctx.now() }).where(isIt)]
    }
    case 'scheduleStepped':
      return [stepSchedule(tx, ctx, write.step)]
  }
}

/** Refused by Postgres, and the batch with it, when somebody else took the step. */
function stepSchedule(tx: Tx, { now }: StoreContext, step: ScheduleStep): BatchItem<'pg'> {
  const { id, seen, done, steps, nextAt, state, detail } = step
  return tx.execute(
    sql`select flag_schedule_step(${id}::uuid, ${seen}::integer, ${done}::integer, ${JSON.stringify(steps)}::jsonb,
      ${nextAt}::timestamptz, ${state}, ${detail}, ${now()}::timestamptz)`,
  )
}

function flagStatements(
  tx: Tx,
  ctx: StoreContext,
  before: ModelFlag | undefined,
  { flag, comment }: Extract<Write, { type: 'flag' }>,
): BatchItem<'pg'>[] {
  const { name, version, document } = flag
  const { description, enabled, ...body } = document
  const set = { description, enabled, body, version, updatedAt: new Date(flag.updatedAt) }
  const createdAt = new Date(flag.createdAt)
  const { tenantId } = ctx
  const target = [featureFlags.tenantId, featureFlags.name]
  return [
    ...firstRevision(tx, ctx, before),
    tx
      .insert(featureFlags)
      .values({ tenantId, name, createdAt, ...set })
      .onConflictDoUpdate({ target, set }),
    tx.insert(featureFlagRevisions).values(revisionOf(ctx, name, version, document, comment)),
  ]
}

function goneStatements(
  tx: Tx,
  ctx: StoreContext,
  before: ModelFlag | undefined,
  { name, version, comment }: Extract<Write, { type: 'flagGone' }>,
): BatchItem<'pg'>[] {
  const isIt = and(eq(featureFlags.tenantId, ctx.tenantId), eq(featureFlags.name, name))
  return [
    ...firstRevision(tx, ctx, before),
    tx.delete(featureFlags).where(isIt),
    tx.insert(featureFlagRevisions).values(revisionOf(ctx, name, version, null, comment)),
  ]
}

/** What was there before histories were kept, such as the flags a tenant begins with. */
function firstRevision(
  tx: Tx,
  { tenantId }: StoreContext,
  before: ModelFlag | undefined,
): BatchItem<'pg'>[] {
  if (!before) return []
  const { name, version, document } = before
  const row = { tenantId, name, version, document, actor: '', comment: '' }
  const createdAt = new Date(before.updatedAt)
  return [
    tx
      .insert(featureFlagRevisions)
      .values({ ...row, createdAt })
      .onConflictDoNothing(),
  ]
}

function revisionOf(
  ctx: StoreContext,
  name: string,
  version: number,
  document: FlagDocument | null,
  comment: string,
) {
  const { tenantId } = ctx
  return { tenantId, name, version, document, comment, actor: actorOf(ctx), createdAt: ctx.now() }
}

function putSegment(tx: Tx, tenantId: string, segment: ModelSegment): BatchItem<'pg'> {
  const { name, description, body, version } = segment
  const set = { description, body, version, updatedAt: new Date(segment.updatedAt) }
  return tx
    .insert(flagSegments)
    .values({ tenantId, name, createdAt: new Date(segment.createdAt), ...set })
    .onConflictDoUpdate({ target: [flagSegments.tenantId, flagSegments.name], set })
}

function putOverride(tx: Tx, tenantId: string, override: ModelOverride): BatchItem<'pg'> {
  const { environment, flag, unitId, reason, createdBy } = override
  const value = sql`${JSON.stringify(override.value)}::jsonb`
  const expiresAt = override.expiresAt === null ? null : new Date(override.expiresAt)
  const set = { value, reason, createdBy, expiresAt, createdAt: new Date(override.createdAt) }
  const { tenantId: tenant, environment: at, flag: of, unitId: unit } = userFeatureFlags
  return tx
    .insert(userFeatureFlags)
    .values({ tenantId, environment, flag, unitId, ...set })
    .onConflictDoUpdate({ target: [tenant, at, of, unit], set })
}

/** The version is that of its snapshots, which publishing sets. */
function putEnvironment(tx: Tx, tenantId: string, environment: ModelEnvironment): BatchItem<'pg'> {
  const { name, description, killed, approvals } = environment
  const set = { description, killed, approvals, updatedAt: new Date(environment.updatedAt) }
  return tx
    .insert(flagEnvironments)
    .values({ tenantId, name, createdAt: new Date(environment.createdAt), ...set })
    .onConflictDoUpdate({ target: [flagEnvironments.tenantId, flagEnvironments.name], set })
}
