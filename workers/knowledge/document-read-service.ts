/** Documents as they are read: listed, looked at, their text, each by who may. */
import { ProblemError } from '../../shared/errors.ts'
import { may } from '../../shared/guards.ts'
import * as chunkStore from './chunk-list-store.ts'
import type { ChunkPage, ChunkQuery } from './chunk-schemas.ts'
import { type DocumentContext, findStored, missing } from './document-service.ts'
import { readText } from './files-client.ts'
import { type ReachContext, readerFor, recordReads } from './reach-service.ts'
import { mayRead } from './readers.ts'
import type { Document, DocumentPage, DocumentQuery, DocumentText } from './schemas.ts'
import * as store from './store.ts'

/** With what tells who is asking, and what they may read. */
export type ReadingContext = DocumentContext & ReachContext

/** Those the caller may read; all of them for who manages them. */
export async function listDocuments(
  ctx: ReadingContext,
  query: DocumentQuery,
): Promise<DocumentPage> {
  const reader = manages(ctx) ? undefined : await readerFor(ctx)
  const found = await store.listDocuments(ctx, query, reader)
  const items = found.slice(0, query.limit)
  const nextCursor = found.length > items.length ? (items.at(-1)?.id ?? null) : null
  return { items, nextCursor }
}

/** @throws ProblemError not_found */
export async function getDocument(ctx: ReadingContext, id: string): Promise<Document> {
  const stored = await findStored(ctx, id)
  if (!manages(ctx)) await read(ctx, stored)
  return stored.document
}

const manages = ({ actor }: ReadingContext) => may(actor, 'kb.write')

/** Whether the caller may read it; if not it is as if it were not there. @throws ProblemError not_found */
async function read(ctx: ReadingContext, { document, acl, phi }: store.Stored): Promise<void> {
  if (acl === null && !phi) return
  if (!mayRead(await readerFor(ctx), { acl, phi })) throw missing('document', document.id)
}

/** The text that spans refer to; managing a document is not reading it. @throws ProblemError not_found, conflict before it was read */
export async function getDocumentText(ctx: ReadingContext, id: string): Promise<DocumentText> {
  const stored = await findStored(ctx, id)
  await read(ctx, stored)
  const { document, liveGeneration } = stored
  const text = liveGeneration === null ? undefined : await readText(ctx, id, liveGeneration)
  if (!text) throw noText()
  recordRead(ctx, stored)
  return { documentId: id, title: document.title, text: text.text, pages: text.pages }
}

/**
 * How the text was cut: what searches find of it. A duplicate has none of its own.
 *
 * @throws ProblemError not_found, conflict before it was read
 */
export async function getDocumentChunks(
  ctx: ReadingContext,
  id: string,
  query: ChunkQuery,
): Promise<ChunkPage> {
  const stored = await findStored(ctx, id)
  await read(ctx, stored)
  const { liveGeneration: generation } = stored
  if (generation === null) throw noText()
  const found = await chunkStore.selectChunks(ctx, { documentId: id, generation }, query)
  const items = found.slice(0, query.limit)
  const last = found.length > items.length ? items.at(-1) : undefined
  recordRead(ctx, stored)
  return { generation, items, nextCursor: last ? String(last.ordinal) : null }
}

const noText = () =>
  new ProblemError('conflict', 'The document has no text yet: wait until it is ready.')

/** The document, for who is about to read the file it was made from. @throws ProblemError not_found */
export async function getForReading(ctx: ReadingContext, id: string): Promise<Document> {
  const stored = await findStored(ctx, id)
  await read(ctx, stored)
  recordRead(ctx, stored)
  return stored.document
}

function recordRead(ctx: ReadingContext, { document, acl, phi }: store.Stored): void {
  if (acl !== null || phi) recordReads(ctx, [{ documentId: document.id, isPhi: phi }], 'text')
}
