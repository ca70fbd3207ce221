/** SQL for labels and attributes of documents. */
import { sql } from 'drizzle-orm'
import { withTenant } from '../../shared/database.ts'
import { auditColumn } from '../audit/service.ts'
import type { Attributes } from './attributes.ts'
import type { Named } from './readers.ts'
import { about, type StoreContext } from './store.ts'

export interface FactsChange {
  /** Undefined: as it was. */
  acl: readonly string[] | null | undefined
  phi: boolean | undefined
  attributes: Attributes | undefined
}

/**
 * Sets what is given and raises the version of the knowledge base: what was answered under the old
 * labels is no answer any more. Locks are taken in the order publishing takes them.
 *
 * @returns whether there is such a document
 */
export async function updateFacts(
  ctx: StoreContext,
  id: string,
  { acl, phi, attributes }: FactsChange,
): Promise<boolean> {
  const { tenantId } = ctx
  const changesAccess = acl !== undefined || phi !== undefined
  const facts = { labels: acl?.length ?? 0, ...(phi !== undefined && { phi }) }
  const details = { ...about(id), ...(changesAccess && { facts }) }
  const entry = auditColumn(ctx, changesAccess ? 'doc.access' : 'doc.change', details)
  const labels = acl ? JSON.stringify(acl) : null
  const [, , { rows }] = await withTenant(ctx).batch((tx) => [
    tx.execute(sql`
select s.version from kb_stat s join kb_documents d using (tenant_id, kb_id)
where d.tenant_id = ${tenantId} and d.id = ${id}::uuid for update of s`),
    tx.execute(sql`
update kb_stat s set version = s.version + 1 from kb_documents d
where d.tenant_id = ${tenantId} and d.id = ${id}::uuid and s.tenant_id = d.tenant_id
  and s.kb_id = d.kb_id`),
    tx.execute(sql`
with done as (
  update kb_documents set updated_at = ${ctx.now().toISOString()}::timestamptz,
    acl = case when ${acl === undefined}::boolean then acl
      when ${labels}::jsonb is null then null
      else array(select jsonb_array_elements_text(${labels}::jsonb)) end,
    phi = coalesce(${phi ?? null}::boolean, phi),
    attributes = coalesce(${attributes ? JSON.stringify(attributes) : null}::jsonb, attributes)
  where tenant_id = ${tenantId} and id = ${id}::uuid returning id
)
select ${entry} as seq from done`),
  ])
  return rows.length > 0
}

/** Those of the teams and members named that the tenant does not have. */
export async function unknownReaders(
  ctx: StoreContext,
  { groups, users }: Named,
): Promise<{ groups: string[]; users: string[] }> {
  const { tenantId } = ctx
  const [{ rows }] = await withTenant(ctx).batch((tx) => [
    tx.execute<{ kind: 'groups' | 'users'; id: string }>(sql`
select 'groups' as kind, value as id from jsonb_array_elements_text(${JSON.stringify(groups)}::jsonb) asked
where not exists (select from teams t where t.tenant_id = ${tenantId} and t.id = asked.value::uuid)
union all
select 'users', value from jsonb_array_elements_text(${JSON.stringify(users)}::jsonb) asked
where not exists (select from users u where u.tenant_id = ${tenantId} and u.id = asked.value)`),
  ])
  const of = (kind: string) => rows.filter((row) => row.kind === kind).map(({ id }) => id)
  return { groups: of('groups'), users: of('users') }
}
