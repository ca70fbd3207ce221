/** SQL for what a document's text was found suspicious of. */
import { sql } from 'drizzle-orm'
import { withTenant } from '../../shared/database.ts'
import type { Lease, RunStoreContext } from './run-store.ts'
import type { Suspicion } from './suspicion.ts'

/** Says so of the document, unless a newer run has begun. */
export async function noteSuspicions(
  ctx: RunStoreContext,
  { documentId, generation }: Lease,
  suspicions: readonly Suspicion[],
): Promise<void> {
  await withTenant(ctx).batch((tx) => [
    tx.execute(sql`
update kb_documents set suspicions = array(
  select jsonb_array_elements_text(${JSON.stringify(suspicions)}::jsonb))
where tenant_id = ${ctx.tenantId} and id = ${documentId}::uuid and generation = ${generation}`),
  ])
}
