/** What need not be done again: vectors of chunks that are in the tenant's knowledge already. */
import { sql } from 'drizzle-orm'
import { withTenant } from '../../shared/database.ts'
import type { Lease, RunStoreContext } from './run-store.ts'

/** Those of the hashes whose vector the tenant has. */
export async function knownHashes(
  ctx: RunStoreContext,
  hashes: readonly string[],
): Promise<Set<string>> {
  const [{ rows }] = await withTenant(ctx).batch((tx) => [
    tx.execute<{ hash: string }>(sql`
select distinct c.chunk_hash as hash
from kb_chunk c join kb_vec v using (tenant_id, document_id, generation, ordinal)
where c.tenant_id = ${ctx.tenantId}
  and c.chunk_hash in (select jsonb_array_elements_text(${JSON.stringify(hashes)}::jsonb))`),
  ])
  return new Set(rows.map(({ hash }) => hash))
}

/** Whether another document's visible text is this one to the letter; looked at without a lock. */
export async function hasTwin(
  ctx: RunStoreContext,
  { documentId }: Lease,
  kbId: string,
  textSha256: string,
): Promise<boolean> {
  const [{ rows }] = await withTenant(ctx).batch((tx) => [
    tx.execute(sql`
select id from kb_documents
where tenant_id = ${ctx.tenantId} and kb_id = ${kbId} and text_sha256 = ${textSha256}
  and id <> ${documentId}::uuid and duplicate_of is null and live_generation is not null limit 1`),
  ])
  return rows.length > 0
}
