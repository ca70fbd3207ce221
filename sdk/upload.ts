/**
 * One body that may be large: a form with a file, or a part of one. XMLHttpRequest where there is one, since only it reports how
 * much of a body has been sent; fetch elsewhere, which reports the end alone.
 */
import { fromFailure, fromRefusal } from './errors.ts'
import { trustWire, type Transport } from './transport.ts'

export interface UploadOptions {
  /** Called with bytes sent and bytes in all (the multipart frame included). */
  onProgress?: ((sent: number, total: number) => void) | undefined
  signal?: AbortSignal | undefined
}

export interface UploadRequest extends UploadOptions {
  path: string
  /** `POST` when left out. */
  method?: 'POST' | 'PUT'
  body: FormData | Blob
  /** Size of the payload; what fetch reports as sent when the call has ended. */
  bytes: number
}

/** A 2xx answer: its status and its JSON. */
export interface Uploaded<T> {
  status: number
  value: T
}

const parse = (text: string): unknown => JSON.parse(text)

function sendByXhr<T>(url: string, authorization: string | null, upload: UploadRequest) {
  return new Promise<Uploaded<T>>((resolve, reject) => {
    const xhr = new XMLHttpRequest()
    const { onProgress, signal, method = 'POST' } = upload
    const abort = () => xhr.abort()
    const fail = (name: string) => reject(fromFailure(new DOMException('upload ended', name)))
    xhr.open(method, url)
    if (authorization) xhr.setRequestHeader('authorization', authorization)
    xhr.setRequestHeader('accept', 'application/json')
    xhr.upload.addEventListener('progress', ({ loaded, total }) => onProgress?.(loaded, total))
    xhr.addEventListener('error', () => fail('NetworkError'))
    xhr.addEventListener('abort', () => fail('AbortError'))
    xhr.addEventListener('loadend', () => signal?.removeEventListener('abort', abort))
    xhr.addEventListener('load', () => {
      const { status, responseText } = xhr
      const ok = status >= 200 && status < 300
      if (ok) resolve({ status, value: trustWire<T>(parse(responseText)) })
      else
        reject(fromRefusal({ status, body: responseText, header: (n) => xhr.getResponseHeader(n) }))
    })
    if (signal?.aborted) return fail('AbortError')
    signal?.addEventListener('abort', abort, { once: true })
    xhr.send(upload.body)
  })
}

async function sendByFetch<T>(transport: Transport, upload: UploadRequest): Promise<Uploaded<T>> {
  const { path, method = 'POST', body, signal, bytes } = upload
  const response = await transport.send(path, { method, raw: body, signal })
  upload.onProgress?.(bytes, bytes)
  return { status: response.status, value: trustWire<T>(await response.json()) }
}

/** @throws VoiceAssistError as every call; `aborted` when the signal ended it */
export async function sendUpload<T>(
  transport: Transport,
  upload: UploadRequest,
): Promise<Uploaded<T>> {
  if (typeof XMLHttpRequest === 'undefined') return sendByFetch(transport, upload)
  return sendByXhr(transport.url + upload.path, await transport.authorization(), upload)
}
