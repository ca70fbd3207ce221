/** What owners do to the runs of documents, whatever state they are in; and what became of them. */
import { closedBase } from './base-service.ts'
import {
  type DocumentContext,
  enqueue,
  findStored,
  missing,
  send,
  submitted,
} from './document-service.ts'
import * as store from './lifecycle-store.ts'
import type {
  DeadLetterPage,
  DocumentEvents,
  LetterQuery,
  RetriedAll,
  Submitted,
} from './schemas.ts'
import { isClosed } from './store.ts'

/**
 * Begins a new run, whatever the one before came to; one that was not begun yet is not begun twice.
 *
 * @param event What the audit log calls it.
 * @throws ProblemError not_found; conflict when its knowledge base is closed
 */
export async function startRun(
  ctx: DocumentContext,
  id: string,
  event: 'doc.retry' | 'doc.reindex',
): Promise<Submitted> {
  if (await whileOpen(store.insertRun(ctx, id, event))) return enqueue(ctx, id)
  throw missing('document', id)
}

/** @throws ProblemError conflict when the work failed because its knowledge base is closed */
const whileOpen = <Result>(work: Promise<Result>): Promise<Result> =>
  work.catch((error: unknown) => {
    throw isClosed(error) ? closedBase() : error
  })

/** Ends the document's run; one that is over stays as it is. @throws ProblemError not_found */
export async function cancelDocument(ctx: DocumentContext, id: string): Promise<Submitted> {
  await store.cancelRun(ctx, id)
  return submitted(await findStored(ctx, id))
}

/** Documents that one call begins again at most. */
const MOST_RETRIED = 50

/** Begins all failed documents again, those first that failed first. */
export async function retryFailed(ctx: DocumentContext): Promise<RetriedAll> {
  const failed = await store.listFailed(ctx, MOST_RETRIED + 1)
  let retried = 0
  for (const id of failed.slice(0, MOST_RETRIED)) {
    if (!(await store.insertRun(ctx, id, 'doc.retry'))) continue
    await enqueue(ctx, id)
    retried += 1
  }
  return { retried, hasMore: failed.length > MOST_RETRIED }
}

/** @throws ProblemError not_found */
export async function getDocumentEvents(ctx: DocumentContext, id: string): Promise<DocumentEvents> {
  await findStored(ctx, id)
  return { items: await store.listEvents(ctx, id) }
}

export async function listDeadLetters(
  ctx: DocumentContext,
  query: LetterQuery,
): Promise<DeadLetterPage> {
  const found = await store.listLetters(ctx, query)
  const items = found.slice(0, query.limit)
  const nextCursor = found.length > items.length ? (items.at(-1)?.id ?? null) : null
  return { items, nextCursor }
}

/**
 * Sends a dead letter again: its run goes on where it stopped.
 *
 * @throws ProblemError not_found; conflict when its knowledge base is closed
 */
export async function replayDeadLetter(ctx: DocumentContext, id: string): Promise<Submitted> {
  const message = await whileOpen(store.replayLetter(ctx, id))
  if (!message) throw missing('dead letter', id)
  await send(ctx, message)
  return submitted(await findStored(ctx, message.documentId))
}
