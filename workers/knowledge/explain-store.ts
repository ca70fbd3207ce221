/** SQL for explanations: where a document is, as far as this reader may know. */
import { sql } from 'drizzle-orm'
import { withTenant } from '../../shared/database.ts'
import type { Reader } from './readers.ts'
import type { StoreContext } from './store.ts'

export interface Place {
  kbId: string
  /** Whether any text of it can be found. */
  isReady: boolean
  chunks: number
  duplicateOf: string | null
}

/** Undefined for one that is not there, or not for this reader. */
export async function findPlace(
  ctx: StoreContext,
  documentId: string,
  { labels, seesPhi }: Reader,
): Promise<Place | undefined> {
  const [{ rows }] = await withTenant(ctx).batch((tx) => [
    tx.execute<{ kb: string; ready: boolean; chunks: number; duplicate: string | null }>(sql`
select kb_id as kb, live_generation is not null as ready, chunks, duplicate_of as duplicate
from kb_documents where tenant_id = ${ctx.tenantId} and id = ${documentId}::uuid
  and (acl is null or acl && array(select jsonb_array_elements_text(${JSON.stringify(labels)}::jsonb)))
  and (${seesPhi}::boolean or not phi)`),
  ])
  const [row] = rows
  if (!row) return undefined
  const { kb: kbId, ready: isReady, chunks, duplicate: duplicateOf } = row
  return { kbId, isReady, chunks, duplicateOf }
}
