/**
 * What the owners of a knowledge base do with its documents: put in, follow, take out. Reading them is
 * document-read-service.ts. Their runs are
 * lifecycle-service.ts, asking is service.ts; indexing itself is perform.ts, in the indexer.
 */
import { isOrphan } from '../../shared/database.ts'
import { ProblemError } from '../../shared/errors.ts'
import { newId } from '../../shared/ids.ts'
import { type FlagReadContext, flagsOf } from '../flags/client-service.ts'
import { closedBase, getBase, noBase } from './base-service.ts'
import { factsOf, storable } from './facts-service.ts'
import { titleOfFile } from './files.ts'
import { fileTypeOf } from './formats.ts'
import { noteUnsent } from './run-store.ts'
import { purgeDocument, type SweepContext } from './schedule.ts'
import { type DocumentMessage, isTerminal, type Job, type Submitted } from './schemas.ts'
import * as store from './store.ts'
import { KB_ID } from './tables.ts'
import { receiveFile, type UploadBody } from './upload-client.ts'

/** Database, files and queue: what the sweep needs too. */
export type DocumentContext = SweepContext

/**
 * Takes a file in and queues it for indexing. The same bytes again give the document that is there.
 * With the flag `async_indexing` off it waits until the document is indexed, for a minute at most.
 *
 * @throws ProblemError unsupported_media_type, invalid_request, invalid_fields, payload_too_large;
 *   not_found when there is no such knowledge base; conflict when it is closed
 */
export async function addDocument(
  ctx: DocumentContext & FlagReadContext,
  kbId: string,
  body: UploadBody,
): Promise<Submitted & { isNew: boolean }> {
  const id = newId(ctx.now())
  if (kbId !== KB_ID) await getBase(ctx, kbId)
  const file = await receiveFile(ctx, id, body)
  const { fileName, mediaType, bytes, sha256, fields } = file
  const known = await store.findDuplicate(ctx, kbId, sha256)
  if (known) {
    await file.abort()
    return { ...submitted(known), isNew: false }
  }
  const facts = await storable(ctx, factsOf(fields))
  await file.finish()
  const made = { kbId, fileName, mediaType, bytes, sha256, ...facts }
  const stored = await storeDocument(ctx, id, made)
  const flags = await flagsOf(ctx)
  if (!stored.isNew || flags.getBooleanValue('async_indexing', true)) return stored
  return { ...(await indexed(ctx, stored)), isNew: true }
}

/**
 * Makes a document of a file that is in storage under its id. When the same bytes are there already the
 * file goes again, and that document is the answer.
 *
 * @throws ProblemError conflict when that document was deleted meanwhile, or the knowledge base is closed;
 *   not_found when the knowledge base was
 */
export async function storeDocument(
  ctx: DocumentContext,
  id: string,
  file: Omit<store.NewDocument, 'id' | 'jobId' | 'title'>,
): Promise<Submitted & { isNew: boolean }> {
  const jobId = newId(ctx.now())
  const title = titleOfFile(file.fileName)
  if (await insert(ctx, { id, jobId, title, ...file })) {
    const labels = { source_type: 'upload', file_type: fileTypeOf(file.mediaType) } as const
    ctx.metrics.inc('voiceassist_kb_document_uploads_total', labels)
    return { ...(await enqueue(ctx, id)), isNew: true }
  }
  const winner = await store.findDuplicate(ctx, file.kbId, file.sha256)
  if (winner?.document.id !== id) await purgeDocument(ctx, id)
  if (winner) return { ...submitted(winner), isNew: false }
  throw new ProblemError('conflict', 'The same file was deleted meanwhile. Upload it again.')
}

/** Whether it is new. The knowledge base may be deleted while a file arrives. */
async function insert(ctx: DocumentContext, document: store.NewDocument): Promise<boolean> {
  try {
    return await store.insertDocument(ctx, document)
  } catch (error) {
    if (!isOrphan(error) && !store.isClosed(error)) throw error
    await purgeDocument(ctx, document.id)
    throw isOrphan(error) ? noBase(document.kbId) : closedBase()
  }
}

/** Milliseconds an upload waits for its document at most. */
const INDEXING_MS = 60_000

/** As it is when its job is over, or the time is. */
async function indexed(ctx: DocumentContext, { document, job }: Submitted): Promise<Submitted> {
  const jobs = followJob(ctx, job.id, AbortSignal.timeout(INDEXING_MS))
  for await (const latest of jobs) if (isTerminal(latest.status)) break
  return submitted(await findStored(ctx, document.id))
}

/** From the next query on, nothing of it is found. @throws ProblemError not_found */
export async function deleteDocument(ctx: DocumentContext, id: string): Promise<void> {
  if (!(await store.removeDocument(ctx, id))) throw missing('document', id)
  ctx.defer(purgeDocument(ctx, id))
}

/** @throws ProblemError not_found */
export async function getJob(ctx: DocumentContext, id: string): Promise<Job> {
  const job = await store.findJob(ctx, id)
  if (job) return job
  throw missing('job', id)
}

/** Milliseconds between two looks at a job. */
const POLL_MS = 500

/**
 * The job each time it changed, until it is over; also ends when its document is deleted.
 *
 * @throws ProblemError not_found
 */
export async function* followJob(
  ctx: DocumentContext,
  id: string,
  signal: AbortSignal,
): AsyncGenerator<Job> {
  let last = ''
  for (let job = await getJob(ctx, id); ;) {
    const state = JSON.stringify(job)
    if (state !== last) yield job
    last = state
    if (isTerminal(job.status) || signal.aborted) return
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
    const next = await store.findJob(ctx, id)
    if (!next) return
    job = next
  }
}

/**
 * Tells the indexer. When that fails the document stays queued, and the sweep tells it a little later:
 * what was acknowledged is never lost.
 *
 * @throws ProblemError not_found
 */
export async function enqueue(ctx: DocumentContext, id: string): Promise<Submitted> {
  const stored = await findStored(ctx, id)
  const { tenantId, requestId, traceparent } = ctx
  const { generation, slice } = stored
  await send(ctx, { tenantId, documentId: id, generation, slice, requestId, traceparent })
  return submitted(stored)
}

export async function send(ctx: DocumentContext, message: DocumentMessage): Promise<void> {
  try {
    await ctx.env.DOCUMENTS.send(message)
  } catch (error) {
    ctx.log.warn('the document queue failed, the sweep will send again', { error })
    await noteUnsent(ctx, message)
  }
}

/** @throws ProblemError not_found */
export async function findStored(ctx: DocumentContext, id: string): Promise<store.Stored> {
  const stored = await store.findDocument(ctx, id)
  if (stored) return stored
  throw missing('document', id)
}

export const submitted = ({ document, job }: store.Stored): Submitted => ({ document, job })

export function missing(what: 'document' | 'job' | 'dead letter', id: string): ProblemError {
  return new ProblemError('not_found', `There is no ${what} with the id ${id}.`)
}
