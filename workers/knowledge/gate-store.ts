/** SQL for gates, and for publishing. A change and its audit entry are one statement. */
import { sql } from 'drizzle-orm'
import { withTenant } from '../../shared/database.ts'
import { auditColumn } from '../audit/service.ts'
import { about } from './base-store.ts'
import { Gate } from './gate-schemas.ts'
import { isBefore } from './run-store.ts'
import type { StoreContext } from './store.ts'

/** @returns undefined when there is no such knowledge base; null without a gate */
export async function findGate(ctx: StoreContext, id: string): Promise<Gate | null | undefined> {
  const [{ rows }] = await withTenant(ctx).batch((tx) => [
    tx.execute(sql`
select gate from knowledge_bases where tenant_id = ${ctx.tenantId} and id = ${id}`),
  ])
  const [row] = rows
  return row && Gate.nullable().parse(row['gate'])
}

/** @returns whether there is such a knowledge base */
export async function updateGate(
  ctx: StoreContext,
  id: string,
  gate: Gate | null,
): Promise<boolean> {
  // As texts: a fact is an identifier or a whole number.
  const least = Object.entries(gate?.least ?? {}).map(([name, value]) => [name, String(value)])
  const closed = gate?.closed === true && { closed: true }
  const facts = gate
    ? { set: gate.setId, ...Object.fromEntries(least), ...closed }
    : { removed: true }
  const entry = auditColumn(ctx, 'kb.gate', { ...about(id), facts })
  const [{ rows }] = await withTenant(ctx).batch((tx) => [
    tx.execute(sql`
with done as materialized (
  update knowledge_bases set gate = ${gate && JSON.stringify(gate)}::jsonb,
    updated_at = ${ctx.now().toISOString()}::timestamptz
  where tenant_id = ${ctx.tenantId} and id = ${id} returning id
)
select ${entry} as seq from done`),
  ])
  return rows.length > 0
}

export interface Publication {
  /** What was measured; another one by now is not published. */
  version: number
  /** One that becomes a draft in the same step. */
  replaces: string | undefined
  /** Why it is published although its gate is not met; both for the audit log. */
  reason: string | undefined
  facts: Record<string, string | number | boolean>
}

/**
 * @returns false when its version is another one by now, or what it replaces is not there; with a gate that
 *   closes it also while any of its documents is on its way
 */
export async function publish(
  ctx: StoreContext,
  id: string,
  { version, replaces, reason, facts }: Publication,
): Promise<boolean> {
  const { tenantId } = ctx
  const now = sql`${ctx.now().toISOString()}::timestamptz`
  const old = replaces ?? null
  const details = { ...about(id), facts, ...(reason !== undefined && { reason }) }
  const entry = auditColumn(ctx, 'kb.publish', details)
  const [, { rows }] = await withTenant(ctx).batch((tx) => [
    // The lock is a statement of its own, so that the next one sees what came before it.
    tx.execute(sql`
select from knowledge_bases where tenant_id = ${tenantId} and id = ${id} for update`),
    tx.execute(sql`
with busy as materialized (
  select from knowledge_bases b join kb_documents d on d.tenant_id = b.tenant_id and d.kb_id = b.id
    join jobs j on j.tenant_id = d.tenant_id and j.document_id = d.id and ${isBefore('cancel')}
  where b.tenant_id = ${tenantId} and b.id = ${id} and (b.gate->>'closed')::boolean limit 1
), seen as materialized (
  select version from kb_stat where tenant_id = ${tenantId} and kb_id = ${id}
    and version = ${version}::bigint and not exists (select from busy) and (${old}::text is null or exists (
      select from knowledge_bases o where o.tenant_id = ${tenantId} and o.id = ${old}))
  for update
), done as materialized (
  update knowledge_bases b set draft = false, published_version = seen.version, published_at = ${now},
    updated_at = ${now}
  from seen where b.tenant_id = ${tenantId} and b.id = ${id} returning b.id
), gone as (
  update knowledge_bases b set draft = true, updated_at = ${now}
  from done where b.tenant_id = ${tenantId} and b.id = ${old}
)
select ${entry} as seq from done`),
  ])
  return rows.length > 0
}
