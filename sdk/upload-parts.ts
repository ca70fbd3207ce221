/**
 * A large file in parts: what has arrived is never sent again, neither when a part breaks off nor when
 * the upload is taken up later.
 */
import type { Submitted } from '../workers/knowledge/schemas.ts'
import type { Upload } from '../workers/knowledge/upload-schemas.ts'
import { fromFailure, type VoiceAssistError } from './errors.ts'
import { pause, trustWire, type Transport } from './transport.ts'
import { sendUpload, type Uploaded, type UploadOptions } from './upload.ts'

const BASE = '/api/admin/kb/uploads'
const at = (id: string) => `${BASE}/${encodeURIComponent(id)}`

export interface PartsOptions extends UploadOptions {
  /** The knowledge base it goes to; the default one when left out. */
  kb?: string | undefined
  /** An upload of the same file to go on with; a new one is begun when it is gone. */
  resume?: string | undefined
  /** Told the upload's id, to resume it by. */
  onBegun?: ((id: string) => void) | undefined
}

/** Tries of one part; the first one included. */
const PART_ATTEMPTS = 4
const BACKOFF_MS = 500

/** Whether another try may help: nothing came back, or the server had a bad moment. */
export const isPassing = ({ code, status }: VoiceAssistError): boolean =>
  code !== 'aborted' && (status === 0 || status === 429 || status >= 500)

/** @throws VoiceAssistError as every call; `aborted` when the signal ended it, and the parts are gone */
export async function sendInParts(
  transport: Transport,
  { file, name }: { file: Blob; name: string },
  options: PartsOptions,
): Promise<Uploaded<Submitted>> {
  const { onProgress, onBegun, signal } = options
  const upload = await begin(transport, { file, name }, options)
  onBegun?.(upload.id)
  const arrived = new Set(upload.parts.map(({ number }) => number))
  let done = upload.parts.reduce((sum, { bytes }) => sum + bytes, 0)
  try {
    for (let number = 1; (number - 1) * upload.partBytes < file.size; number += 1) {
      if (arrived.has(number)) continue
      const part = file.slice((number - 1) * upload.partBytes, number * upload.partBytes)
      const before = done
      await sendPart(transport, `${at(upload.id)}/parts/${number}`, part, {
        signal,
        onProgress: (sent) => onProgress?.(before + Math.min(sent, part.size), file.size),
      })
      done += part.size
    }
    const call = { method: 'POST', signal } as const
    const response = await transport.send(`${at(upload.id)}/complete`, call)
    return { status: response.status, value: trustWire<Submitted>(await response.json()) }
  } catch (thrown) {
    if (signal?.aborted) await abort(transport, upload.id)
    throw thrown
  }
}

async function begin(
  transport: Transport,
  { file, name }: { file: Blob; name: string },
  { resume, signal, kb }: PartsOptions,
): Promise<Upload> {
  if (resume) {
    try {
      const upload = await transport.json<Upload>(at(resume), { signal })
      if (upload.bytes === file.size) return upload
    } catch (thrown) {
      if (fromFailure(thrown).status !== 404) throw thrown
    }
  }
  const body = { fileName: name, mediaType: file.type, bytes: file.size, ...(kb && { kb }) }
  return transport.json<Upload>(BASE, { method: 'POST', body, signal })
}

async function sendPart(
  transport: Transport,
  path: string,
  part: Blob,
  options: UploadOptions,
): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await sendUpload(transport, { ...options, path, method: 'PUT', body: part, bytes: part.size })
      return
    } catch (thrown) {
      const error = fromFailure(thrown)
      // A part that broke off on its way is refused as malformed (400), and is sent again like a lost one.
      if (tries >= PART_ATTEMPTS || !(isPassing(error) || error.status === 400)) throw error
      await pause(error.retryAfterMs ?? BACKOFF_MS * 2 ** (tries - 1), options.signal)
    }
  }
}

/** Nobody waits for this to be well: what is left is thrown away after a day. */
async function abort(transport: Transport, id: string): Promise<void> {
  await transport.send(at(id), { method: 'DELETE' }).catch(() => undefined)
}
