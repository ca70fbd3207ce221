/** The later slices of a run: chunks become vectors and rows, 200 at a time; the last makes them visible. */
import { sha256Hex } from '../../shared/digest.ts'
import { type ChunkRow, insertChunks, publishRun } from './chunk-store.ts'
import { EMBEDDING_BATCH, embedTexts } from './embedding-client.ts'
import type { IndexContext, Slice } from './perform.ts'
import { percentEmbedded } from './progress.ts'
import { knownHashes } from './reuse-store.ts'
import type { StoredText } from './schemas.ts'

const CHUNKS_PER_SLICE = 200

/** @returns `more` when chunks are left for the next slice */
export async function embedSlice(
  ctx: IndexContext,
  slice: Slice,
  stored: StoredText,
): Promise<'more' | 'done'> {
  const { lease, kbId, chunksDone, lost } = slice
  const model = slice.embeddingModel ?? ctx.env.EMBEDDING_MODEL
  const all = stored.chunks.length
  const end = Math.min(chunksDone + CHUNKS_PER_SLICE, all)
  for (let from = chunksDone; from < end; from += EMBEDDING_BATCH) {
    const to = Math.min(from + EMBEDDING_BATCH, end)
    const rows = await rowsOf(ctx, model, stored, { from, to })
    const progress = { ...progressOf(to, all), chunksDone: to }
    if (!(await insertChunks(ctx, lease, kbId, rows, progress))) lost()
  }
  if (end < all) return slice.advance(progressOf(end, all))
  const { title, textSha256, pages } = stored
  const published = await publishRun(ctx, lease, { title, textSha256, pages: pages.length })
  return published === 'lost' ? lost() : 'done'
}

const progressOf = (done: number, all: number) =>
  ({ status: 'embedding', stage: 'embed', percent: percentEmbedded(done, all) }) as const

/** Chunks by their place, the end exclusive. */
interface Range {
  from: number
  to: number
}

/** Only what has no vector yet goes to the model. */
async function rowsOf(
  ctx: IndexContext,
  model: string,
  stored: StoredText,
  { from, to }: Range,
): Promise<ChunkRow[]> {
  const chunks = await hashedChunks(model, stored, { from, to })
  const known = await knownHashes(
    ctx,
    chunks.map(({ hash }) => hash),
  )
  const inputs = chunks.filter(({ hash }) => !known.has(hash)).map(({ input }) => input)
  const { vectors } =
    inputs.length > 0 ? await embedTexts(ctx, 'embed_document', inputs, { model }) : { vectors: [] }
  const fresh = vectors.values()
  return chunks.map(({ text, context, start, end, page, pageStarts, hash }, index) => {
    const vector = known.has(hash) ? null : (fresh.next().value ?? [])
    const place = { ordinal: from + index, title: stored.title, start, end, page, pageStarts }
    return { ...place, context, text, hash, embedding: vector }
  })
}

/** Title and headings are embedded with the text: a section's words alone may not say its subject. */
function hashedChunks(
  model: string,
  { title, text: whole, chunks }: StoredText,
  { from, to }: Range,
) {
  return Promise.all(
    chunks.slice(from, to).map(async (chunk) => {
      const text = whole.slice(chunk.start, chunk.end)
      const input = [title, chunk.context, text].filter(Boolean).join('\n')
      return { ...chunk, text, input, hash: await sha256Hex(`${model}\n${input}`) }
    }),
  )
}
