/** Objects in storage that arrive in parts over several requests. */
import { createHash } from 'node:crypto'
import type { FilesContext } from './files-client.ts'
import { originalKey } from './files.ts'
import { HEAD_BYTES } from './formats.ts'

export interface StoredPart {
  number: number
  etag: string
}

/** Begins the object of a document to be. @returns the storage's name of the upload */
export async function beginParts(
  { env, tenantId }: FilesContext,
  documentId: string,
  mediaType: string,
): Promise<string> {
  const key = originalKey(tenantId, documentId)
  const options = { httpMetadata: { contentType: mediaType } }
  const { uploadId } = await env.FILES.createMultipartUpload(key, options)
  return uploadId
}

/** @returns what the storage knows the part by */
export async function putPart(
  ctx: FilesContext,
  documentId: string,
  storageId: string,
  number: number,
  bytes: Uint8Array,
): Promise<string> {
  const { etag } = await resume(ctx, documentId, storageId).uploadPart(number, bytes)
  return etag
}

/** Makes one object of the parts; nothing when that was done before. */
export async function joinParts(
  ctx: FilesContext,
  documentId: string,
  storageId: string,
  parts: readonly StoredPart[],
): Promise<void> {
  if (await ctx.env.FILES.head(originalKey(ctx.tenantId, documentId))) return
  const named = parts.map(({ number, etag }) => ({ partNumber: number, etag }))
  await resume(ctx, documentId, storageId).complete(named)
}

export async function abortParts(
  ctx: FilesContext,
  documentId: string,
  storageId: string,
): Promise<void> {
  // One that was joined or is gone already cannot be aborted, and need not be.
  await resume(ctx, documentId, storageId)
    .abort()
    .catch(() => undefined)
}

export interface Inspected {
  bytes: number
  /** Hexadecimal. */
  sha256: string
  /** The first bytes, by which a file's type is checked. */
  head: Uint8Array
}

/** Reads a stored object through once. Undefined when it is gone. */
export async function inspectOriginal(
  { env, tenantId }: FilesContext,
  documentId: string,
): Promise<Inspected | undefined> {
  const object = await env.FILES.get(originalKey(tenantId, documentId))
  if (!object) return undefined
  const hash = createHash('sha256')
  const head: number[] = []
  let bytes = 0
  for await (const piece of object.body) {
    bytes += piece.length
    if (head.length < HEAD_BYTES) head.push(...piece.subarray(0, HEAD_BYTES - head.length))
    hash.update(piece)
  }
  return { bytes, sha256: hash.digest('hex'), head: Uint8Array.from(head) }
}

const resume = ({ env, tenantId }: FilesContext, documentId: string, storageId: string) =>
  env.FILES.resumeMultipartUpload(originalKey(tenantId, documentId), storageId)
