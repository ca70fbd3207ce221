/**
 * SQL for assistants and their versions. Every statement names its tenant, and a change and its audit
 * entry are one statement.
 */
import {
  and,
  asc,
  desc,
  eq,
  getTableColumns,
  gt,
  isNotNull,
  isNull,
  lt,
  or,
  type SQL,
  sql,
} from 'drizzle-orm'
import { ownerOf } from '../../shared/context.ts'
import { isTaken, withTenant } from '../../shared/database.ts'
import { auditColumn, type AuditDetails } from '../audit/service.ts'
import type {
  AssistantChange,
  AssistantContent,
  AssistantQuery,
  VersionQuery,
} from './assistant-schemas.ts'
import { assistants, assistantVersions } from './assistant-tables.ts'
import { type StoreContext } from './store.ts'

export type AssistantRow = typeof assistants.$inferSelect & { content: AssistantContent }
export type VersionRow = typeof assistantVersions.$inferSelect

const isServed = and(
  eq(assistantVersions.tenantId, assistants.tenantId),
  eq(assistantVersions.assistantId, assistants.id),
  eq(assistantVersions.version, assistants.version),
)
const ROW = { ...getTableColumns(assistants), content: assistantVersions.content }

const isOne = ({ tenantId }: StoreContext, id: string) =>
  and(eq(assistants.tenantId, tenantId), eq(assistants.id, id))

/** By slug, from behind `cursor`. */
export async function selectAssistants(
  ctx: StoreContext,
  { limit, cursor, archived }: AssistantQuery,
): Promise<AssistantRow[]> {
  const after = cursor === undefined ? undefined : gt(assistants.slug, cursor)
  const isShelved = archived === 'true' ? isNotNull : isNull
  const [rows] = await withTenant(ctx).batch((tx) => [
    tx
      .select(ROW)
      .from(assistants)
      .innerJoin(assistantVersions, isServed)
      .where(and(eq(assistants.tenantId, ctx.tenantId), isShelved(assistants.archivedAt), after))
      .orderBy(asc(assistants.slug))
      .limit(limit),
  ])
  return rows
}

/** @param named Its id or its slug; undefined: the tenant's default one. */
export async function findAssistant(
  ctx: StoreContext,
  named: string | undefined,
): Promise<AssistantRow | undefined> {
  const isNamed =
    named === undefined
      ? and(assistants.isDefault, isNull(assistants.archivedAt))
      : or(eq(sql`${assistants.id}::text`, named), eq(assistants.slug, named))
  const [[row]] = await withTenant(ctx).batch((tx) => [
    tx
      .select(ROW)
      .from(assistants)
      .innerJoin(assistantVersions, isServed)
      .where(and(eq(assistants.tenantId, ctx.tenantId), isNamed)),
  ])
  return row
}

export interface Draft {
  id: string
  slug: string
  content: AssistantContent
  comment: string
}

/** @returns `full` when the tenant has `most` of them; `taken` when one has the slug */
export async function insertAssistant(
  ctx: StoreContext,
  { id, slug, content, comment }: Draft,
  most: number,
): Promise<'made' | 'full' | 'taken'> {
  const { tenantId } = ctx
  const seq = auditColumn(ctx, 'assistant.create', about(id))
  const made = sql`
with made as (
  insert into assistants (tenant_id, id, slug, version, created_at, updated_at)
  select ${tenantId}, ${id}::uuid, ${slug}, 1, ${now(ctx)}, ${now(ctx)}
  where (select count(*) from assistants where tenant_id = ${tenantId}) < ${most}
  returning id
) select ${seq} as seq from made`
  const first = sql`
insert into assistant_versions (tenant_id, assistant_id, version, content, comment, author, created_at)
select tenant_id, id, 1, ${JSON.stringify(content)}::jsonb, ${comment}, ${authorOf(ctx)}, ${now(ctx)}
from assistants where tenant_id = ${tenantId} and id = ${id}::uuid`
  try {
    const [{ rows }] = await withTenant(ctx).batch((tx) => [tx.execute(made), tx.execute(first)])
    return rows.length > 0 ? 'made' : 'full'
  } catch (error) {
    if (isTaken(error)) return 'taken'
    throw error
  }
}

export interface NewVersion {
  comment: string
  /** What it is, or the version that it is again. */
  content: AssistantContent | { restored: number }
  /** The version it follows; undefined: whichever is there. */
  after: number | undefined
}

/** @returns its number; undefined when there is no such assistant or version, or another came between */
export async function insertVersion(
  ctx: StoreContext,
  id: string,
  { content, comment, after }: NewVersion,
): Promise<number | undefined> {
  const restored = 'restored' in content ? content.restored : null
  const event = restored === null ? 'assistant.save' : 'assistant.rollback'
  const seq = auditColumn(ctx, event, about(id, restored === null ? {} : { to: restored }))
  const isOfIt = sql`tenant_id = ${ctx.tenantId} and assistant_id = ${id}::uuid`
  const source =
    restored === null
      ? sql`select ${JSON.stringify(content)}::jsonb as content`
      : sql`select content from assistant_versions where ${isOfIt} and version = ${restored}::int`
  const [{ rows }] = await withTenant(ctx).batch((tx) => [
    tx.execute<{ version: number }>(sql`
with source as (${source}), saved as (
  update assistants set version = version + 1, updated_at = ${now(ctx)}
  where tenant_id = ${ctx.tenantId} and id = ${id}::uuid and exists (select from source)
    and (${after ?? null}::int is null or version = ${after ?? null}::int)
  returning version
), made as (
  insert into assistant_versions (tenant_id, assistant_id, version, content, comment, author,
    restored, created_at)
  select ${ctx.tenantId}, ${id}::uuid, saved.version, source.content, ${comment}, ${authorOf(ctx)},
    ${restored}::int, ${now(ctx)}
  from saved, source returning version
) select version, ${seq} as seq from made`),
  ])
  return rows[0]?.version
}

/** What has no versions. @returns `taken` when another has the slug */
export async function updateAssistant(
  ctx: StoreContext,
  id: string,
  change: AssistantChange,
): Promise<'changed' | 'missing' | 'taken'> {
  const { slug, is_default: isDefault, archived, flag } = change
  const seq = auditColumn(ctx, 'assistant.change', about(id, factsOf(change)))
  const set = {
    updatedAt: ctx.now(),
    ...(slug !== undefined && { slug }),
    ...(flag !== undefined && { flag }),
    ...(archived !== undefined && { archivedAt: archived ? ctx.now() : null }),
    ...(isDefault !== undefined && { isDefault }),
  }
  const isThere = sql`exists (select from assistants o where o.tenant_id = ${ctx.tenantId} and o.id = ${id}::uuid)`
  const isOther = and(
    eq(assistants.tenantId, ctx.tenantId),
    sql`${isDefault === true}::boolean`,
    assistants.isDefault,
    isThere,
  )
  try {
    const [, rows] = await withTenant(ctx).batch((tx) => {
      const update = tx.update(assistants).set(set).where(isOne(ctx, id))
      const changed = tx.$with('changed').as(update.returning({ id: assistants.id }))
      return [
        tx.update(assistants).set({ isDefault: false }).where(isOther),
        tx.with(changed).select({ seq }).from(changed),
      ]
    })
    return rows.length > 0 ? 'changed' : 'missing'
  } catch (error) {
    if (isTaken(error)) return 'taken'
    throw error
  }
}

const factsOf = ({ slug, is_default: isDefault, archived, flag }: AssistantChange) => ({
  ...(isDefault !== undefined && { isDefault }),
  ...(archived !== undefined && { archived }),
  ...(slug !== undefined && { slug: 'changed' }),
  ...(flag !== undefined && { flag: flag ?? 'none' }),
})

/** With its versions, if it is archived. @returns whether there was such an assistant */
export async function deleteAssistant(ctx: StoreContext, id: string): Promise<boolean> {
  const seq = auditColumn(ctx, 'assistant.delete', about(id))
  const isIt = and(isOne(ctx, id), isNotNull(assistants.archivedAt))
  const [rows] = await withTenant(ctx).batch((tx) => {
    const remove = tx.delete(assistants).where(isIt).returning({ id: assistants.id })
    const gone = tx.$with('gone').as(remove)
    return [tx.with(gone).select({ seq }).from(gone)]
  })
  return rows.length > 0
}

const isVersionOf = ({ tenantId }: StoreContext, id: string) =>
  and(eq(assistantVersions.tenantId, tenantId), eq(assistantVersions.assistantId, id))

/** Newest first, from behind `cursor`. */
export async function selectVersions(
  ctx: StoreContext,
  id: string,
  { limit, cursor }: VersionQuery,
): Promise<VersionRow[]> {
  const before = cursor === undefined ? undefined : lt(assistantVersions.version, cursor)
  const [rows] = await withTenant(ctx).batch((tx) => [
    tx
      .select()
      .from(assistantVersions)
      .where(and(isVersionOf(ctx, id), before))
      .orderBy(desc(assistantVersions.version))
      .limit(limit),
  ])
  return rows
}

export async function findVersion(
  ctx: StoreContext,
  id: string,
  version: number,
): Promise<VersionRow | undefined> {
  const [[row]] = await withTenant(ctx).batch((tx) => [
    tx
      .select()
      .from(assistantVersions)
      .where(and(isVersionOf(ctx, id), eq(assistantVersions.version, version))),
  ])
  return row
}

const now = (ctx: StoreContext): SQL => sql`${ctx.now().toISOString()}::timestamptz`

/** Exactly one of the two is there. */
function authorOf({ actor }: StoreContext): string {
  const { userId, keyId } = ownerOf(actor)
  return userId ?? keyId ?? ''
}

const about = (id: string, facts: NonNullable<AuditDetails['facts']> = {}): AuditDetails => {
  return { resource: { type: 'assistant', id }, facts }
}
