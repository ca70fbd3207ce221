/** SQL for knowledge bases. A change and its audit entry are one statement. */
import { type SQL, sql } from 'drizzle-orm'
import { type Tx, withTenant } from '../../shared/database.ts'
import { auditColumn, type AuditDetails } from '../audit/service.ts'
import { type Base, type BaseChange, type NewBase, TextConfig } from './base-schemas.ts'
import type { StoreContext } from './store.ts'
import { KB_ID } from './tables.ts'

/** In the order they were made; `only` one of them. */
export async function selectBases(ctx: StoreContext, only?: string): Promise<Base[]> {
  const { tenantId } = ctx
  const one = only === undefined ? sql`` : sql`and b.id = ${only}`
  const [{ rows }] = await withTenant(ctx).batch((tx) => [
    tx.execute(sql`
select b.id, b.name, b.description, b.embedding_model as model, s.config, s.version, s.chunks,
  b.created_at as "createdAt", b.updated_at as "updatedAt", b.draft,
  b.published_version as "publishedVersion", b.published_at as "publishedAt", (
    select count(*) from kb_documents d where d.tenant_id = ${tenantId} and d.kb_id = b.id
  ) as documents
from knowledge_bases b join kb_stat s on s.tenant_id = b.tenant_id and s.kb_id = b.id
where b.tenant_id = ${tenantId} ${one} order by b.created_at, b.id`),
  ])
  return rows.map(toBase)
}

/** The statements that make a tenant's default knowledge base, unless it has one. */
export const ensureDefault = (tx: Tx, { tenantId, now }: StoreContext) =>
  [
    tx.execute(sql`
insert into knowledge_bases (tenant_id, id, name, created_at, updated_at)
values (${tenantId}, ${KB_ID}, 'Default', ${at(now())}, ${at(now())}) on conflict do nothing`),
    tx.execute(sql`
insert into kb_stat (tenant_id, kb_id) values (${tenantId}, ${KB_ID}) on conflict do nothing`),
  ] as const

/** @returns false when the tenant has `most` of them; nothing is written then */
export async function insertBase(
  ctx: StoreContext,
  id: string,
  { name, description, textConfig, draft, embeddingModel }: NewBase,
  most: number,
): Promise<boolean> {
  const { tenantId } = ctx
  const now = at(ctx.now())
  const entry = auditColumn(ctx, 'kb.create', about(id))
  const [, { rows }] = await withTenant(ctx).batch((tx) => [
    // The lock makes ten at once count one after another.
    tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`kb:${tenantId}`}, 0))`),
    tx.execute(sql`
with made as (
  insert into knowledge_bases (tenant_id, id, name, description, embedding_model, created_at,
    updated_at, draft)
  select ${tenantId}, ${id}, ${name}, ${description}, ${embeddingModel ?? null}, ${now}, ${now},
    ${draft}::boolean
  where (select count(*) from knowledge_bases where tenant_id = ${tenantId}) < ${most}::int
  returning id
)
select ${entry} as seq from made`),
    tx.execute(sql`
insert into kb_stat (tenant_id, kb_id, config)
select tenant_id, id, ${textConfig} from knowledge_bases
where tenant_id = ${tenantId} and id = ${id}`),
  ])
  return rows.length > 0
}

/** @returns whether there is such a knowledge base */
export const updateBase = (
  ctx: StoreContext,
  id: string,
  { name, description, draft }: BaseChange,
) =>
  changed(
    ctx,
    sql`
update knowledge_bases set name = coalesce(${name ?? null}, name),
  description = coalesce(${description ?? null}, description),
  draft = coalesce(${draft ?? null}::boolean, draft), updated_at = ${at(ctx.now())}
where tenant_id = ${ctx.tenantId} and id = ${id} returning id`,
    auditColumn(ctx, draft ? 'kb.withdraw' : 'kb.change', about(id)),
  )

/** With its documents; their files follow. @returns whether there was such a knowledge base */
export const removeBase = (ctx: StoreContext, id: string) =>
  changed(
    ctx,
    sql`select removed from kb_remove_base(${ctx.tenantId}, ${id}) as removed where removed`,
    auditColumn(ctx, 'kb.delete', about(id)),
  )

async function changed(ctx: StoreContext, statement: SQL, entry: SQL): Promise<boolean> {
  const [{ rows }] = await withTenant(ctx).batch((tx) => [
    tx.execute(sql`with done as materialized (${statement}) select ${entry} as seq from done`),
  ])
  return rows.length > 0
}

const at = (time: Date) => sql`${time.toISOString()}::timestamptz`

export const about = (id: string): AuditDetails => ({ resource: { type: 'kb', id } })

/** Drivers answer with a text or a date. */
const timeOrNull = (value: unknown) =>
  typeof value === 'string' || value instanceof Date ? new Date(value).toISOString() : null

function toBase(row: Record<string, unknown>): Base {
  return {
    id: String(row['id']),
    name: String(row['name']),
    description: String(row['description']),
    textConfig: TextConfig.parse(row['config']),
    embeddingModel: typeof row['model'] === 'string' ? row['model'] : null,
    version: Number(row['version']),
    documents: Number(row['documents']),
    chunks: Number(row['chunks']),
    draft: row['draft'] === true,
    publishedVersion: row['publishedVersion'] === null ? null : Number(row['publishedVersion']),
    publishedAt: timeOrNull(row['publishedAt']),
    createdAt: new Date(String(row['createdAt'])).toISOString(),
    updatedAt: new Date(String(row['updatedAt'])).toISOString(),
  }
}
