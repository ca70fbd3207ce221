/** SQL for the chunks of one document, as who looks after it reads them; writing is chunk-store.ts. */
import { and, eq, gt, type SQL } from 'drizzle-orm'
import { withTenant } from '../../shared/database.ts'
import type { ChunkQuery, DocumentChunk } from './chunk-schemas.ts'
import type { StoreContext } from './store.ts'
import { kbChunk } from './tables.ts'

/** Of one run, in reading order; one more than asked for, so that the caller sees whether there are more. */
export async function selectChunks(
  ctx: StoreContext,
  { documentId, generation }: { documentId: string; generation: number },
  { limit, cursor }: ChunkQuery,
): Promise<DocumentChunk[]> {
  const wanted: (SQL | undefined)[] = [
    eq(kbChunk.tenantId, ctx.tenantId),
    eq(kbChunk.documentId, documentId),
    eq(kbChunk.generation, generation),
    cursor === undefined ? undefined : gt(kbChunk.ordinal, cursor),
  ]
  const { ordinal, context, page, charStart: start, charEnd: end } = kbChunk
  const [rows] = await withTenant(ctx).batch((tx) => [
    tx
      .select({ ordinal, context, page, start, end })
      .from(kbChunk)
      .where(and(...wanted))
      .orderBy(ordinal)
      .limit(limit + 1),
  ])
  return rows
}
