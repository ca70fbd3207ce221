/**
 * One slice of one indexing run: file → text → chunks → vectors → visible. Runs in the indexer only, for
 * it reaches the parsers. A slice reads 25 pages or embeds 200 chunks at most and then sends for the
 * next, so none comes near a limit and a worker that dies loses one. Every stage holds the run's lease;
 * losing it ends the work without a trace.
 */
import type { WithEnv } from '../../shared/context.ts'
import type { DatabaseEnv } from '../../shared/database.ts'
import { ProblemError } from '../../shared/errors.ts'
import { embedSlice } from './embed-service.ts'
import type { EmbeddingContext } from './embedding-client.ts'
import { purgeFiles, type FilesEnv } from './files-client.ts'
import { originalKey, textKey } from './files.ts'
import { DocumentFault } from './limits.ts'
import { readSlice } from './read-service.ts'
import {
  abandonRun,
  advanceRun,
  type Claimed,
  claimRun,
  deferRun,
  endRun,
  keepRun,
  noteUnsent,
  type Progress,
} from './run-store.ts'
import type { DocumentMessage, JobError } from './schemas.ts'

export type IndexContext = EmbeddingContext &
  WithEnv<DatabaseEnv & FilesEnv & { readonly DOCUMENTS: Pick<Queue<DocumentMessage>, 'send'> }>

/** What the queue is to do with the message. */
export type Outcome = { type: 'done' } | { type: 'retry'; delaySeconds: number }

/** Tries of one slice after which its run is given up: a provider may be down for some minutes. */
const MAX_ATTEMPTS = 8

/** The run is someone else's by now, or nobody's. */
class LostRun extends Error {}

/** A claimed slice at work: its lease is held, or the work ends. */
export interface Slice extends Claimed {
  /** @throws LostRun */
  keep: (progress: Progress) => Promise<void>
  /** Ends the slice; the next message is due. @throws LostRun */
  advance: (progress: Progress) => Promise<'more'>
  /** @throws LostRun */
  lost: () => never
}

/** Does one slice. Faults of the document end the run; other failures are tried again. */
export async function indexDocument(ctx: IndexContext, message: DocumentMessage): Promise<Outcome> {
  const claim = await claimRun(ctx, message)
  if (claim.type === 'over') return { type: 'done' }
  if (claim.type === 'busy') return { type: 'retry', delaySeconds: claim.secondsLeft + 1 }
  if (claim.type === 'passed') {
    await send(ctx, nextOf(message))
    return { type: 'done' }
  }
  const { claimed } = claim
  try {
    // Whoever tried last did not live to say why.
    if (claimed.attempts > MAX_ATTEMPTS) {
      const { code, message: text } = new DocumentFault('gave_up')
      return await giveUp(ctx, message, claimed, { code, message: text })
    }
    const began = ctx.now().getTime()
    const result = await work(ctx, openSlice(ctx, claimed))
    const seconds = (ctx.now().getTime() - began) / 1000
    ctx.metrics.observe('voiceassist_kb_indexing_duration_seconds', {}, seconds)
    if (result === 'more') await send(ctx, nextOf(message))
    return { type: 'done' }
  } catch (error) {
    return settle(ctx, message, claimed, error)
  }
}

function openSlice(ctx: IndexContext, claimed: Claimed): Slice {
  const lost = (): never => {
    throw new LostRun()
  }
  const keep = async (progress: Progress) => {
    if (!(await keepRun(ctx, claimed.lease, progress))) lost()
  }
  const advance = async (progress: Progress) => {
    if (!(await advanceRun(ctx, claimed.lease, progress))) lost()
    return 'more' as const
  }
  return { ...claimed, keep, advance, lost }
}

async function work(ctx: IndexContext, slice: Slice): Promise<'more' | 'done'> {
  const { documentId, generation } = slice.lease
  const read = await readSlice(ctx, slice)
  if (read === 'more') return 'more'
  if (read !== 'duplicate' && (await embedSlice(ctx, slice, read)) === 'more') return 'more'
  const kept = [
    originalKey(ctx.tenantId, documentId),
    textKey(ctx.tenantId, documentId, generation),
  ]
  ctx.defer(purgeFiles(ctx, documentId, kept))
  return 'done'
}

const nextOf = (message: DocumentMessage) => ({ ...message, slice: message.slice + 1 })

/** When the queue fails, the sweep sends the message a little later. */
async function send(ctx: IndexContext, message: DocumentMessage): Promise<void> {
  try {
    await ctx.env.DOCUMENTS.send(message)
  } catch (error) {
    ctx.log.warn('the document queue failed, the sweep will send again', { error })
    await noteUnsent(ctx, message)
  }
}

/** Ends the try as its failure deserves. */
async function settle(
  ctx: IndexContext,
  message: DocumentMessage,
  claimed: Claimed,
  error: unknown,
): Promise<Outcome> {
  const { lease, attempts } = claimed
  if (error instanceof LostRun) return { type: 'done' }
  const { documentId, generation, slice } = lease
  const fields = { document_id: documentId, generation, slice, attempts, error }
  const fault = faultOf(error)
  if (fault) {
    ctx.log.warn('document cannot be indexed', fields)
    await endRun(ctx, lease, fault.code === 'needs_ocr' ? 'needOcr' : 'fail', fault)
    return { type: 'done' }
  }
  if (attempts >= MAX_ATTEMPTS) return giveUp(ctx, message, claimed, reasonOf(error))
  ctx.log.error('indexing failed and is tried again', fields)
  const delaySeconds = Math.min(2 ** attempts, 60)
  await deferRun(ctx, lease, reasonOf(error), delaySeconds)
  return { type: 'retry', delaySeconds }
}

async function giveUp(
  ctx: IndexContext,
  message: DocumentMessage,
  { lease, attempts }: Claimed,
  reason: JobError,
): Promise<Outcome> {
  const { documentId, generation, slice } = lease
  ctx.log.error('a run is given up', { document_id: documentId, generation, slice, attempts })
  ctx.metrics.inc('voiceassist_dead_letters_total', { queue: 'documents' })
  await abandonRun(ctx, message, reason, lease.leaseId)
  return { type: 'done' }
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
