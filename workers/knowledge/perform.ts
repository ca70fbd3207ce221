import type { WithEnv } from '../../shared/context.ts'
import type { DatabaseEnv } from '../../shared/database.ts'
/**
 * One indexing run: file → text → chunks → vectors → visible. Runs in the indexer only, for it reaches
 * the parsers. Every stage holds the run's lease; losing it ends the work without a trace.
 */
import { sha256Hex } from '../../shared/digest.ts'
import { ProblemError } from '../../shared/errors.ts'
import type { Extracted } from './blocks.ts'
import {
  type Claimed,
  type ChunkRow,
  claimRun,
  endRun,
  insertChunks,
  keepRun,
  type Progress,
  publishRun,
} from './chunk-store.ts'
import { type Chunk, chunkDocument } from './chunk.ts'
import { EMBEDDING_BATCH, type EmbeddingContext, embedTexts } from './embedding-client.ts'
import { extractDocument } from './extract.ts'
import { type FilesEnv, purgeFiles, readOriginal, writeText } from './files-client.ts'
import { originalKey, textKey, titleOfFile } from './files.ts'
import { DocumentFault } from './limits.ts'
import { keepStored, knownHashes } from './reuse-store.ts'
import type { DocumentMessage, JobError } from './schemas.ts'

export type IndexContext = EmbeddingContext & WithEnv<DatabaseEnv & FilesEnv>

/** What the queue is to do with the message. */
export type Outcome = { type: 'done' } | { type: 'retry'; delaySeconds: number }

/** Tries after which a run that keeps killing its worker is given up, whatever the queue says. */
const MAX_ATTEMPTS = 8
/** Percent at which each stage begins; reading and embedding take nearly all the time. */
const PERCENT = { extract: 5, embed: 40, publish: 95 }
/** Least milliseconds between two signs of life while pages are read. */
const HEARTBEAT_MS = 1000

/** The run is someone else's by now, or nobody's. */
class LostRun extends Error {}

/** Indexes one run of one document. Faults of the document end the run; other failures are tried again. */
export async function indexDocument(ctx: IndexContext, message: DocumentMessage): Promise<Outcome> {
  const claim = await claimRun(ctx, message)
  if (claim.type === 'over') return { type: 'done' }
  if (claim.type === 'busy') return { type: 'retry', delaySeconds: 30 }
  const { claimed } = claim
  try {
    if (claimed.attempts > MAX_ATTEMPTS) throw new DocumentFault('gave_up')
    const began = ctx.now().getTime()
    await run(ctx, claimed)
    const seconds = (ctx.now().getTime() - began) / 1000
    ctx.metrics.observe('voiceassist_kb_indexing_duration_seconds', {}, seconds)
    return { type: 'done' }
  } catch (error) {
    return settle(ctx, claimed, error)
  }
}

async function run(ctx: IndexContext, claimed: Claimed): Promise<void> {
  const { documentId, generation } = claimed.lease
  const bytes = await readOriginal(ctx, documentId)
  if (!bytes) throw new DocumentFault('missing')
  const extracted = await extractDocument(bytes, claimed.mediaType, createHeartbeat(ctx, claimed))
  await writeText(ctx, claimed.lease, extracted)

  const title = extracted.title ?? titleOfFile(claimed.fileName)
  await storeChunks(ctx, claimed, title, extracted)
  const pages = extracted.pages.length
  if (!(await publishRun(ctx, claimed.lease, { title, pages }))) throw new LostRun()
  const kept = [
    originalKey(ctx.tenantId, documentId),
    textKey(ctx.tenantId, documentId, generation),
  ]
  ctx.defer(purgeFiles(ctx, documentId, kept))
}

/** Reports reading, and stops it once the run is lost. */
function createHeartbeat(ctx: IndexContext, { lease }: Claimed) {
  let last = 0
  return async (share: number): Promise<void> => {
    const now = ctx.now().getTime()
    if (now - last < HEARTBEAT_MS && share < 1) return
    last = now
    const percent = PERCENT.extract + Math.floor(share * (PERCENT.embed - PERCENT.extract))
    await keep(ctx, lease, { status: 'parsing', stage: 'extract', percent })
  }
}

async function storeChunks(
  ctx: IndexContext,
  { lease, kbId }: Claimed,
  title: string,
  extracted: Extracted,
): Promise<void> {
  const chunks = await hashedChunks(ctx, title, extracted)
  const stored = await keepStored(ctx, lease, chunks)
  await keep(ctx, lease, progressOf(stored, chunks.length))
  for (let from = stored; from < chunks.length; from += EMBEDDING_BATCH) {
    const batch = chunks.slice(from, from + EMBEDDING_BATCH)
    const rows = await rowsOf(ctx, title, batch, from)
    const progress = progressOf(from + batch.length, chunks.length)
    if (!(await insertChunks(ctx, lease, kbId, rows, progress))) throw new LostRun()
  }
}

function progressOf(stored: number, all: number) {
  const percent = PERCENT.embed + Math.floor((stored / all) * (PERCENT.publish - PERCENT.embed))
  return { status: 'embedding', stage: 'embed', percent } as const
}

type HashedChunk = Chunk & { text: string; input: string; hash: string }

/** Title and headings are embedded with the text: a section's words alone may not say its subject. */
function hashedChunks(
  { env }: IndexContext,
  title: string,
  extracted: Extracted,
): Promise<HashedChunk[]> {
  return Promise.all(
    chunkDocument(extracted).map(async (chunk) => {
      const text = extracted.text.slice(chunk.start, chunk.end)
      const input = [title, chunk.context, text].filter(Boolean).join('\n')
      return { ...chunk, text, input, hash: await sha256Hex(`${env.EMBEDDING_MODEL}\n${input}`) }
    }),
  )
}

/** Only what has no vector yet goes to the model. */
async function rowsOf(
  ctx: IndexContext,
  title: string,
  chunks: readonly HashedChunk[],
  from: number,
): Promise<ChunkRow[]> {
  const known = await knownHashes(
    ctx,
    chunks.map(({ hash }) => hash),
  )
  const inputs = chunks.filter(({ hash }) => !known.has(hash)).map(({ input }) => input)
  const { vectors } =
    inputs.length > 0 ? await embedTexts(ctx, 'embed_document', inputs) : { vectors: [] }
  const fresh = vectors.values()
  return chunks.map((chunk, index) => {
    const { text, context, start, end, page, pageStarts, hash } = chunk
    const embedding = known.has(hash) ? null : (fresh.next().value ?? [])
    const ordinal = from + index
    return { ordinal, title, context, text, start, end, page, pageStarts, hash, embedding }
  })
}

async function keep(ctx: IndexContext, lease: Claimed['lease'], progress: Progress): Promise<void> {
  if (!(await keepRun(ctx, lease, progress))) throw new LostRun()
}

/** Ends the try as its failure deserves. */
async function settle(ctx: IndexContext, claimed: Claimed, error: unknown): Promise<Outcome> {
  const { lease, attempts } = claimed
  if (error instanceof LostRun) return { type: 'done' }
  const { documentId, generation } = lease
  const fields = { document_id: documentId, generation, attempts, error }
  const fault = faultOf(error)
  if (fault) {
    ctx.log.warn('document cannot be indexed', fields)
    await endRun(ctx, lease, fault.code === 'needs_ocr' ? 'needs_ocr' : 'failed', fault)
    return { type: 'done' }
  }
  ctx.log.error('indexing failed and is tried again', fields)
  await endRun(ctx, lease, 'queued', reasonOf(error))
  return { type: 'retry', delaySeconds: Math.min(2 ** attempts, 60) }
}

/** What is the same in a minute. */
const HOPELESS: ReadonlySet<string> = new Set(['misconfigured', 'budget_exceeded'])

function faultOf(error: unknown): JobError | undefined {
  if (error instanceof DocumentFault) return { code: error.code, message: error.message }
  const hopeless = error instanceof ProblemError && HOPELESS.has(error.code)
  return hopeless ? { code: error.code, message: error.message } : undefined
}

function reasonOf(error: unknown): JobError {
  if (error instanceof ProblemError) return { code: error.code, message: error.message }
  return { code: 'internal', message: 'Indexing failed unexpectedly; the log has the cause.' }
}
