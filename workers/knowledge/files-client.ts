/** Originals and canonical texts in R2. Large files are written in parts as they arrive. */
import type { WithEnv } from '../../shared/context.ts'
import { folderOf, originalKey, pagesKey, textKey } from './files.ts'
import type { PdfPage } from './pdf-layout.ts'
import { CanonicalText, ReadPages, StoredText } from './schemas.ts'

export interface FilesEnv {
  readonly FILES: Pick<
    R2Bucket,
    'get' | 'head' | 'put' | 'delete' | 'list' | 'createMultipartUpload' | 'resumeMultipartUpload'
  >
}
export type FilesContext = WithEnv<FilesEnv>

/** R2 wants parts of at least 5 MiB, all of one size but the last. */
const PART_BYTES = 5 * 1024 * 1024

/** Writes an object piece by piece; it exists only after `finish`. Memory: one part. */
export function openUpload({ env, tenantId }: FilesContext, documentId: string, mediaType: string) {
  const key = originalKey(tenantId, documentId)
  const options = { httpMetadata: { contentType: mediaType } }
  let upload: R2MultipartUpload | undefined
  const parts: R2UploadedPart[] = []
  let pending = new Uint8Array(PART_BYTES)
  let filled = 0

  async function flush(): Promise<void> {
    upload ??= await env.FILES.createMultipartUpload(key, options)
    parts.push(await upload.uploadPart(parts.length + 1, pending.subarray(0, filled)))
    pending = new Uint8Array(PART_BYTES)
    filled = 0
  }
  return {
    async write(bytes: Uint8Array): Promise<void> {
      for (let rest = bytes; rest.length > 0;) {
        if (filled === PART_BYTES) await flush()
        const piece = rest.subarray(0, PART_BYTES - filled)
        pending.set(piece, filled)
        filled += piece.length
        rest = rest.subarray(piece.length)
      }
    },
    async finish(): Promise<void> {
      if (!upload) return void (await env.FILES.put(key, pending.subarray(0, filled), options))
      await flush()
      await upload.complete(parts)
    },
    /** Leaves nothing behind. */
    abort: async (): Promise<void> => upload?.abort(),
  }
}

/** Undefined when the object is gone. */
export async function readOriginal(
  { env, tenantId }: FilesContext,
  documentId: string,
): Promise<Uint8Array | undefined> {
  const object = await env.FILES.get(originalKey(tenantId, documentId))
  return object ? new Uint8Array(await object.arrayBuffer()) : undefined
}

/** Undefined when the object is gone. */
export async function openOriginal(
  { env, tenantId }: FilesContext,
  documentId: string,
): Promise<ReadableStream | undefined> {
  return (await env.FILES.get(originalKey(tenantId, documentId)))?.body
}

export async function writeText(
  { env, tenantId }: FilesContext,
  { documentId, generation }: Run,
  text: StoredText,
): Promise<void> {
  await env.FILES.put(textKey(tenantId, documentId, generation), JSON.stringify(text), JSON_TYPE)
}

/** Undefined when the object is gone. */
export async function readText(
  { env, tenantId }: FilesContext,
  documentId: string,
  generation: number,
): Promise<CanonicalText | undefined> {
  const object = await env.FILES.get(textKey(tenantId, documentId, generation))
  return object ? CanonicalText.parse(await object.json()) : undefined
}

/** The text with its chunks. Undefined when the object is gone. */
export async function readStoredText(
  { env, tenantId }: FilesContext,
  { documentId, generation }: Run,
): Promise<StoredText | undefined> {
  const object = await env.FILES.get(textKey(tenantId, documentId, generation))
  return object ? StoredText.parse(await object.json()) : undefined
}

/** @param from Pages before the first of these. */
export async function writePages(
  { env, tenantId }: FilesContext,
  { documentId, generation }: Run,
  from: number,
  pages: readonly PdfPage[],
): Promise<void> {
  const key = pagesKey(tenantId, documentId, generation, from)
  await env.FILES.put(key, JSON.stringify(pages), JSON_TYPE)
}

/** Undefined when the object is gone. */
export async function readPages(
  { env, tenantId }: FilesContext,
  { documentId, generation }: Run,
  from: number,
): Promise<PdfPage[] | undefined> {
  const object = await env.FILES.get(pagesKey(tenantId, documentId, generation, from))
  return object ? ReadPages.parse(await object.json()) : undefined
}

interface Run {
  documentId: string
  generation: number
}

const JSON_TYPE = { httpMetadata: { contentType: 'application/json' } }

/** Removes everything of a document, or its texts but the one named. */
export async function purgeFiles(
  { env, tenantId }: FilesContext,
  documentId: string,
  keep: readonly string[] = [],
): Promise<void> {
  for (let truncated = true; truncated;) {
    const list = await env.FILES.list({ prefix: folderOf(tenantId, documentId) })
    const keys = list.objects.map(({ key }) => key).filter((key) => !keep.includes(key))
    if (keys.length > 0) await env.FILES.delete(keys)
    truncated = list.truncated && keys.length > 0
  }
}
