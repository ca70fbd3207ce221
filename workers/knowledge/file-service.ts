/**
 * Files as programs handle them that first upload and then say where to: until a file is put into a
 * knowledge base it is found by nobody, and thrown away after a day. In one it is a document.
 */
import { ProblemError } from '../../shared/errors.ts'
import { newId } from '../../shared/ids.ts'
import { changeDocument } from './access-service.ts'
import type { Attributes } from './attributes.ts'
import { getBase } from './base-service.ts'
import {
  getDocument,
  getForReading,
  listDocuments,
  type ReadingContext,
} from './document-read-service.ts'
import { deleteDocument, storeDocument } from './document-service.ts'
import * as files from './file-store.ts'
import { openOriginal, purgeFiles } from './files-client.ts'
import { mediaTypeOf } from './formats.ts'
import { cancelDocument } from './lifecycle-service.ts'
import { inspectOriginal } from './parts-client.ts'
import type { Document } from './schemas.ts'
import { findDuplicate } from './store.ts'
import { KB_ID } from './tables.ts'
import { receiveFile, type UploadBody } from './upload-client.ts'
import { deleteUpload } from './upload-store.ts'

/** Files of a tenant that wait for a knowledge base. */
const MOST_LOOSE = 1000

/** A document, or a file that waits to become one. */
export type AnyFile =
  | { type: 'document'; document: Document }
  | { type: 'loose'; file: files.LooseFile }

/** @throws ProblemError unsupported_media_type, invalid_request, invalid_fields, payload_too_large, conflict */
export async function keepFile(ctx: ReadingContext, body: UploadBody): Promise<AnyFile> {
  const id = newId(ctx.now())
  const { fileName, mediaType, bytes, finish } = await receiveFile(ctx, id, body)
  await finish()
  const file = { id, fileName, mediaType, bytes, createdAt: ctx.now() }
  if (await files.insertLoose(ctx, file, MOST_LOOSE)) {
    return { type: 'loose', file }
  }
  await purgeFiles(ctx, id)
  const detail = `${MOST_LOOSE} files are in no vector store yet. Attach or delete some first.`
  throw new ProblemError('conflict', detail)
}

/** @throws ProblemError not_found */
export async function getFile(ctx: ReadingContext, id: string): Promise<AnyFile> {
  const [file] = await files.selectLoose(ctx, { limit: 1, only: id })
  return file ? { type: 'loose', file } : { type: 'document', document: await getDocument(ctx, id) }
}

/** Newest first; one more than asked for, so that the caller sees whether there are more. */
export async function listFiles(
  ctx: ReadingContext,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
): Promise<AnyFile[]> {
  const [loose, { items }] = await Promise.all([
    files.selectLoose(ctx, { limit: limit + 1, cursor }),
    listDocuments(ctx, { limit: limit + 1, cursor }),
  ])
  return [
    ...loose.map((file) => ({ type: 'loose' as const, file })),
    ...items.map((document) => ({ type: 'document' as const, document })),
  ]
    .toSorted((a, b) => (fileId(a) < fileId(b) ? 1 : -1))
    .slice(0, limit + 1)
}

export const fileId = (file: AnyFile): string =>
  file.type === 'loose' ? file.file.id : file.document.id

/** @throws ProblemError not_found */
export async function deleteFile(ctx: ReadingContext, id: string): Promise<void> {
  const { type } = await getFile(ctx, id)
  if (type === 'document') return deleteDocument(ctx, id)
  await deleteUpload(ctx, id)
  await purgeFiles(ctx, id)
}

/** The bytes as they were uploaded, for who may read them. @throws ProblemError not_found */
export async function openFile(
  ctx: ReadingContext,
  id: string,
): Promise<{ fileName: string; mediaType: string; bytes: number; body: ReadableStream }> {
  const found = await getFile(ctx, id)
  const { fileName, mediaType, bytes } =
    found.type === 'loose' ? found.file : await getForReading(ctx, id)
  const body = await openOriginal(ctx, id)
  if (body) return { fileName, mediaType, bytes, body }
  throw new ProblemError('not_found', `The file ${id} is no longer in storage.`)
}

/**
 * Makes a file a document of a knowledge base; one that is in it already stays as it is. When its bytes are in it
 * under another id, that document is the answer.
 *
 * @param attributes Replace those a document has that is there already; left out: it keeps them
 * @throws ProblemError not_found; conflict for a document of another knowledge base
 */
export async function placeFile(
  ctx: ReadingContext,
  id: string,
  kbId: string,
  attributes?: Attributes,
): Promise<Document> {
  const found = await getFile(ctx, id)
  if (found.type === 'document') {
    if (found.document.kb === kbId) return described(ctx, found.document, attributes)
    const detail = `The file ${id} is in another vector store. Upload it again to have it in both.`
    throw new ProblemError('conflict', detail)
  }
  return placeLoose(ctx, found.file, kbId, attributes)
}

/** With these attributes from now on, where any are given. */
const described = async (ctx: ReadingContext, document: Document, attributes?: Attributes) =>
  attributes ? changeDocument(ctx, document.id, { attributes }) : document

async function placeLoose(
  ctx: ReadingContext,
  { id, fileName, mediaType: said }: files.LooseFile,
  kbId: string,
  attributes?: Attributes,
): Promise<Document> {
  if (kbId !== KB_ID) await getBase(ctx, kbId)
  const [original, mediaType] = [await inspectOriginal(ctx, id), mediaTypeOf(fileName, said)]
  if (!original || !mediaType) {
    throw new ProblemError('not_found', `The file ${id} is no longer in storage.`)
  }
  const { bytes, sha256 } = original
  const known = await findDuplicate(ctx, kbId, sha256)
  if (known) return described(ctx, known.document, attributes)
  const file = { kbId, fileName, mediaType, bytes, sha256 }
  const stored = await storeDocument(ctx, id, { ...file, ...(attributes && { attributes }) })
  await deleteUpload(ctx, id)
  return stored.isNew ? stored.document : described(ctx, stored.document, attributes)
}

/** @throws ProblemError not_found, also for a document of another knowledge base */
export async function getPlaced(ctx: ReadingContext, id: string, kbId: string): Promise<Document> {
  const document = await getDocument(ctx, id)
  if (document.kb === kbId) return document
  throw new ProblemError('not_found', `The vector store ${kbId} has no file ${id}.`)
}

export interface FileBatch extends Pick<files.Batch, 'id' | 'kbId' | 'createdAt' | 'cancelledAt'> {
  /** Those that are still there. */
  documents: Document[]
}

/** All of them, or none when one is not there. @throws ProblemError not_found, conflict */
export async function placeTogether(
  ctx: ReadingContext,
  ids: readonly string[],
  kbId: string,
  attributes?: Attributes,
): Promise<FileBatch> {
  for (const id of ids) await getFile(ctx, id)
  const documents: Document[] = []
  for (const id of ids) documents.push(await placeFile(ctx, id, kbId, attributes))
  const batch = { id: newId(ctx.now()), kbId, documentIds: documents.map(({ id }) => id) }
  await files.insertBatch(ctx, batch)
  return getBatch(ctx, kbId, batch.id)
}

/** @throws ProblemError not_found */
export async function getBatch(ctx: ReadingContext, kbId: string, id: string): Promise<FileBatch> {
  const batch = await files.findBatch(ctx, kbId, id)
  if (!batch) throw new ProblemError('not_found', `There is no file batch with the id ${id}.`)
  const found = await Promise.all(batch.documentIds.map((one) => getIfThere(ctx, one)))
  const documents = found.filter((document) => document !== undefined)
  return { ...batch, documents }
}

async function getIfThere(ctx: ReadingContext, id: string): Promise<Document | undefined> {
  try {
    return await getDocument(ctx, id)
  } catch (error) {
    if (error instanceof ProblemError && error.code === 'not_found') return undefined
    throw error
  }
}

/** Ends the runs that are not over. @throws ProblemError not_found */
export async function cancelBatch(
  ctx: ReadingContext,
  kbId: string,
  id: string,
): Promise<FileBatch> {
  const { documents } = await getBatch(ctx, kbId, id)
  await files.markCancelled(ctx, kbId, id)
  for (const document of documents) await cancelDocument(ctx, document.id)
  return getBatch(ctx, kbId, id)
}

export const countBaseFiles = files.countFiles
