/**
 * Takes in an uploaded file: off the request, through its checks, towards storage, without ever
 * holding it whole. Nothing is stored until the caller says so.
 */
import { createHash } from 'node:crypto'
import { ProblemError } from '../../shared/errors.ts'
import { type FilesContext, openUpload } from './files-client.ts'
import { ACCEPTED, HEAD_BYTES, looksLike, type MediaType, mediaTypeOf } from './formats.ts'
import { LIMITS } from './limits.ts'
import { boundaryOf, MultipartError, type PartHead, readParts } from './multipart.ts'

export interface UploadBody {
  contentType: string | undefined
  /** Null when there is no body. */
  stream: ReadableStream<Uint8Array> | null
}

export interface Received {
  fileName: string
  mediaType: MediaType
  bytes: number
  /** Hexadecimal. */
  sha256: string
  /** What came beside the file, by name. */
  fields: ReadonlyMap<string, string>
  /** Stores the file under the document's id. */
  finish: () => Promise<void>
  /** Leaves nothing behind. */
  abort: () => Promise<void>
}

/** The multipart field that holds the file. */
const FIELD = 'file'

/**
 * Reads the file out of a multipart/form-data body.
 *
 * @throws ProblemError unsupported_media_type, invalid_request, invalid_fields, payload_too_large
 */
export async function receiveFile(
  ctx: FilesContext,
  documentId: string,
  { contentType, stream }: UploadBody,
): Promise<Received> {
  const boundary = boundaryOf(contentType)
  if (!boundary) {
    const detail = 'Send multipart/form-data with the file in the field named file.'
    throw new ProblemError('unsupported_media_type', detail)
  }
  const file = openFile(ctx, documentId)
  const fields = openFields()
  try {
    let part: 'file' | 'field' | 'skip' = 'skip'
    for await (const event of readParts(chunksOf(stream), boundary)) {
      if (event.type === 'head') part = file.begin(event.head) ? 'file' : fields.begin(event.head)
      else if (part === 'file') await file.write(event.bytes)
      else if (part === 'field') fields.write(event.bytes)
    }
    return file.received(fields.read())
  } catch (error) {
    await file.abort()
    throw error instanceof MultipartError ? malformed(error) : error
  }
}

function openFile(ctx: FilesContext, documentId: string) {
  let file: { fileName: string; mediaType: MediaType; upload: Upload } | undefined
  const hash = createHash('sha256')
  const head: number[] = []
  let bytes = 0
  return {
    /** @returns whether this part is the file: the first one of its name that has a file name */
    begin({ name, fileName, mediaType: declared }: PartHead): boolean {
      if (name !== FIELD || fileName === undefined || file) return false
      const mediaType = mediaTypeOf(fileName, declared)
      if (!mediaType) throw notAccepted(fileName)
      file = { fileName, mediaType, upload: openUpload(ctx, documentId, mediaType) }
      return true
    },
    async write(piece: Uint8Array): Promise<void> {
      bytes += piece.length
      if (bytes > LIMITS.bytes) throw tooLarge()
      if (head.length < HEAD_BYTES) head.push(...piece.subarray(0, HEAD_BYTES - head.length))
      hash.update(piece)
      await file?.upload.write(piece)
    },
    /** @throws ProblemError invalid_fields when there is none, or it is not what its name says */
    received(fields: Received['fields']): Received {
      if (!file) throw invalid('Put the file into the field named file.')
      if (bytes === 0) throw invalid('The file is empty.')
      const { fileName, mediaType, upload } = file
      if (!looksLike(mediaType, Uint8Array.from(head))) {
        throw notAsNamed(mediaType)
      }
      return { fileName, mediaType, bytes, sha256: hash.digest('hex'), fields, ...upload }
    },
    abort: async (): Promise<void> => file?.upload.abort(),
  }
}

/** Bytes of all fields beside the file. */
const FIELD_BYTES = 32 * 1024

/** Short texts beside the file; the last of a name counts. */
function openFields() {
  const pieces = new Map<string, number[]>()
  let name = ''
  let bytes = 0
  return {
    begin(head: PartHead): 'field' | 'skip' {
      if (head.fileName !== undefined || !head.name) return 'skip'
      name = head.name
      pieces.set(name, [])
      return 'field'
    },
    write(piece: Uint8Array): void {
      bytes += piece.length
      if (bytes > FIELD_BYTES)
        throw new ProblemError('payload_too_large', 'The fields beside the file may have 32 KiB.')
      pieces.get(name)?.push(...piece)
    },
    read(): ReadonlyMap<string, string> {
      const decoder = new TextDecoder()
      return new Map(
        [...pieces].map(([key, octets]) => [key, decoder.decode(Uint8Array.from(octets))]),
      )
    },
  }
}

type Upload = ReturnType<typeof openUpload>

/**
 * The body's chunks. When it is left early the rest is read and thrown away: a client that is still
 * sending would meet a closed connection before it could read why.
 */
async function* chunksOf(stream: UploadBody['stream']): AsyncGenerator<Uint8Array> {
  if (!stream) return
  const reader = stream.getReader()
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) yield read.value
  } finally {
    // A client that went away needs no answer.
    await drain(reader).catch(() => undefined)
  }
}

/** Bytes of a refused body that are still taken; Cloudflare ends a request at 100 MB anyway. */
const DRAIN_BYTES = 100 * 1024 * 1024

async function drain(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
  let left = DRAIN_BYTES
  for (let read = await reader.read(); !read.done && left > 0; read = await reader.read()) {
    left -= read.value.length
  }
  await reader.cancel()
}

export function notAccepted(fileName: string): ProblemError {
  const name = fileName || 'This file'
  const detail = `${name} is of a type that is not accepted. Upload ${ACCEPTED}.`
  return new ProblemError('unsupported_media_type', detail)
}

export function tooLarge(): ProblemError {
  const megabytes = LIMITS.bytes / 1024 / 1024
  return new ProblemError('payload_too_large', `A file may have at most ${megabytes} MB. Split it.`)
}

export const notAsNamed = (mediaType: string) =>
  invalid(`The file is not what its name says: it cannot be read as ${mediaType}.`)

function invalid(detail: string): ProblemError {
  const errors = [{ in: 'form', pointer: `/${FIELD}`, detail }]
  return new ProblemError('invalid_fields', detail, { errors })
}

function malformed({ message }: MultipartError): ProblemError {
  return new ProblemError('invalid_request', `The multipart body cannot be read: ${message}`)
}
