/** SQL for trials: documents by the names that sets of questions have for them. */
import { sql } from 'drizzle-orm'
import { withTenant } from '../../shared/database.ts'
import type { StoreContext } from './store.ts'

/**
 * Documents everybody in the tenant may see, for a trial sees no others.
 *
 * @param names Ids or file names
 * @returns ids by name; of several files of one name, the newest
 */
export async function findDocuments(
  ctx: StoreContext,
  kbId: string,
  names: readonly string[],
): Promise<Map<string, string>> {
  const [{ rows }] = await withTenant(ctx).batch((tx) => [
    tx.execute<{ name: string; id: string }>(sql`
with name as (select jsonb_array_elements_text(${JSON.stringify(names)}::jsonb) as name)
select n.name, d.id from name n join kb_documents d
  on d.tenant_id = ${ctx.tenantId} and d.kb_id = ${kbId} and d.acl is null and not d.phi
  and (d.id::text = n.name or d.file_name = n.name)
order by d.id`),
  ])
  return new Map(rows.map(({ name, id }) => [name, id]))
}
