/** Chunks as one document that can be found, put in by the product's own statements. */
import { type ChunkRow, insertChunks, publishRun } from '../../workers/knowledge/chunk-store.ts'
import { claimRun, type RunStoreContext } from '../../workers/knowledge/run-store.ts'
import { insertDocument } from '../../workers/knowledge/store.ts'
import { KB_ID } from '../../workers/knowledge/tables.ts'

/** @returns the document's id @throws Error when any step is refused */
export async function indexChunks(
  ctx: RunStoreContext,
  chunks: readonly ChunkRow[],
): Promise<string> {
  const [id, jobId] = [crypto.randomUUID(), crypto.randomUUID()]
  const file = { title: id, fileName: id, mediaType: 'text/plain', bytes: 1, sha256: id } as const
  await insertDocument(ctx, { id, jobId, kbId: KB_ID, ...file })
  const run = { tenantId: ctx.tenantId, documentId: id, generation: 1, slice: 0 }
  const claim = await claimRun(ctx, { ...run, requestId: '', traceparent: '' })
  if (claim.type !== 'claimed') throw new Error(claim.type)
  const { lease } = claim.claimed
  const rows = chunks.map((row, ordinal) => ({ ...row, ordinal }))
  const progress = { status: 'embedding', stage: 'embed', percent: 50 } as const
  if (!(await insertChunks(ctx, lease, KB_ID, rows, progress))) throw new Error('lost')
  const published = await publishRun(ctx, lease, { title: id, pages: 1, textSha256: id })
  if (published !== 'ready') throw new Error(published)
  return id
}
