/**
 * Large files in parts: what has arrived is never sent again, whatever breaks off. Small ones come in
 * one piece (document-service.ts).
 */
import { ProblemError } from '../../shared/errors.ts'
import { newId } from '../../shared/ids.ts'
import { getBase } from './base-service.ts'
import { type DocumentContext, findStored, storeDocument, submitted } from './document-service.ts'
import { purgeFiles } from './files-client.ts'
import { looksLike, type MediaType, mediaTypeOf } from './formats.ts'
import { LIMITS } from './limits.ts'
import { abortParts, beginParts, inspectOriginal, joinParts, putPart } from './parts-client.ts'
import type { Submitted } from './schemas.ts'
import { KB_ID } from './tables.ts'
import { notAccepted, notAsNamed, tooLarge } from './upload-client.ts'
import type { NewUpload, Upload, UploadPart } from './upload-schemas.ts'
import * as store from './upload-store.ts'

/** Storage wants parts of at least 5 MiB, all of one size but the last. */
const PART_BYTES = 5 * 1024 * 1024
/** Uploads a tenant may have under way. */
const MOST_OPEN = 50
/** Hours after its last part that an upload is kept. */
const UPLOAD_HOURS = 24

/**
 * @throws ProblemError unsupported_media_type, payload_too_large; conflict when too many are open;
 *   not_found when there is no such knowledge base
 */
export async function createUpload(ctx: DocumentContext, asked: NewUpload): Promise<Upload> {
  const { fileName, bytes, kb } = asked
  if (kb !== KB_ID) await getBase(ctx, kb)
  const mediaType = mediaTypeOf(fileName, asked.mediaType)
  if (!mediaType) throw notAccepted(fileName)
  if (bytes > LIMITS.bytes) throw tooLarge()
  const id = newId(ctx.now())
  const storageId = await beginParts(ctx, id, mediaType)
  if (await store.insertUpload(ctx, kb, { id, fileName, mediaType, bytes, storageId }, MOST_OPEN))
    return getUpload(ctx, id)
  await abortParts(ctx, id, storageId)
  const detail = `There are ${MOST_OPEN} uploads under way. Complete or cancel one of them.`
  throw new ProblemError('conflict', detail)
}

/** @throws ProblemError not_found */
export async function getUpload(ctx: DocumentContext, id: string): Promise<Upload> {
  const { upload, parts } = await find(ctx, id)
  const { fileName, bytes, state, updatedAt } = upload
  const expiresAt = new Date(updatedAt.getTime() + UPLOAD_HOURS * 3_600_000).toISOString()
  const arrived = parts.map(({ number, bytes: size }) => ({ number, bytes: size }))
  return { id, fileName, bytes, partBytes: PART_BYTES, parts: arrived, state, expiresAt }
}

/**
 * Stores one part; the same one again replaces it.
 *
 * @throws ProblemError not_found, conflict, invalid_fields, invalid_request
 */
export async function addPart(
  ctx: DocumentContext,
  id: string,
  number: number,
  body: ReadableStream<Uint8Array> | null,
): Promise<UploadPart> {
  const { upload } = await find(ctx, id)
  if (upload.state !== 'open') throw closed()
  const wanted = sizeOf(upload.bytes, number)
  if (wanted <= 0) throw invalid('number', `The file has ${countOf(upload.bytes)} parts.`)
  const bytes = await readWhole(body, wanted)
  if (bytes?.length !== wanted) {
    const detail = `Part ${number} must have ${wanted} bytes; it broke off, or is too long. Send it again.`
    throw new ProblemError('invalid_request', detail)
  }
  const etag = await putPart(ctx, id, upload.storageId, number, bytes)
  if (await store.insertPart(ctx, id, { number, bytes: wanted, etag }))
    return { number, bytes: wanted }
  throw closed()
}

/**
 * Makes a document of an upload that is whole. Asked again it answers the same document.
 *
 * @throws ProblemError not_found; conflict while parts are missing; invalid_fields
 */
export async function completeUpload(
  ctx: DocumentContext,
  id: string,
): Promise<Submitted & { isNew: boolean }> {
  const { upload, parts } = await find(ctx, id)
  const { kbId, bytes, fileName, state, storageId, documentId } = upload
  if (state === 'done' && documentId)
    return { ...submitted(await findStored(ctx, documentId)), isNew: false }
  const missing = numbersOf(bytes).filter((number) => !parts.some((part) => part.number === number))
  if (missing.length > 0)
    throw new ProblemError('conflict', `Parts are missing: ${missing.join(', ')}. Send them first.`)
  if (!(await store.claimCompletion(ctx, id)))
    throw new ProblemError('conflict', 'The upload is being completed. Ask again in a moment.')
  await joinParts(ctx, id, storageId, parts)
  const file = await inspectOriginal(ctx, id)
  const mediaType = mediaTypeOf(fileName, upload.mediaType)
  if (!file || !mediaType || !looksLike(mediaType, file.head)) {
    await discardUpload(ctx, id)
    throw notAsNamed(upload.mediaType)
  }
  return document(ctx, id, { kbId, fileName, mediaType, bytes, sha256: file.sha256 })
}

async function document(
  ctx: DocumentContext,
  id: string,
  file: { kbId: string; fileName: string; mediaType: MediaType; bytes: number; sha256: string },
): Promise<Submitted & { isNew: boolean }> {
  const stored = await storeDocument(ctx, id, file)
  await store.finishUpload(ctx, id, stored.document.id)
  return stored
}

/** Throws an upload away. @throws ProblemError not_found; conflict when it is a document already */
export async function abortUpload(ctx: DocumentContext, id: string): Promise<void> {
  const { upload } = await find(ctx, id)
  if (upload.state !== 'open') throw closed()
  await discardUpload(ctx, id)
}

/** Forgets an upload; what it has in storage goes too, unless it has become a document. */
async function discardUpload(ctx: DocumentContext, id: string): Promise<void> {
  const found = await store.findUpload(ctx, id)
  if (!found) return
  if (found.upload.state !== 'done') {
    // A file that came in one piece has no parts.
    if (found.upload.storageId) await abortParts(ctx, id, found.upload.storageId)
    if (!(await store.isDocument(ctx, id))) await purgeFiles(ctx, id)
  }
  await store.deleteUpload(ctx, id)
}

/** Uploads thrown away per sweep; the rest is due a minute later. */
const MOST_SWEPT = 100

/** Throws away what nobody added to for a day. */
export async function sweepUploads(ctx: DocumentContext): Promise<void> {
  const before = new Date(ctx.now().getTime() - UPLOAD_HOURS * 3_600_000)
  const due = await store.dueUploads(ctx, before, MOST_SWEPT)
  for (const { tenant_id: tenantId, upload_id: id } of due)
    await discardUpload({ ...ctx, tenantId }, id)
}

async function find(ctx: DocumentContext, id: string) {
  const found = await store.findUpload(ctx, id)
  if (found) return found
  throw new ProblemError('not_found', `There is no upload with the id ${id}.`)
}

const countOf = (bytes: number) => Math.ceil(bytes / PART_BYTES)
const numbersOf = (bytes: number) => Array.from({ length: countOf(bytes) }, (_, index) => index + 1)
/** Not above 0 when the file has no such part. */
const sizeOf = (bytes: number, number: number) =>
  Math.min(PART_BYTES, bytes - (number - 1) * PART_BYTES)

/** The body, or undefined when it has more bytes than are wanted. */
async function readWhole(
  body: ReadableStream<Uint8Array> | null,
  wanted: number,
): Promise<Uint8Array | undefined> {
  const bytes = new Uint8Array(wanted)
  let filled = 0
  for await (const piece of body ?? []) {
    if (filled + piece.length > wanted) return undefined
    bytes.set(piece, filled)
    filled += piece.length
  }
  return bytes.subarray(0, filled)
}

const closed = () =>
  new ProblemError('conflict', 'The upload is complete or being completed; its parts are settled.')

const invalid = (name: string, detail: string) =>
  new ProblemError('invalid_fields', detail, {
    errors: [{ in: 'param', pointer: `/${name}`, detail }],
  })
