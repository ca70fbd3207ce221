/**
 * The near side of PGlite's thread: calls with promises. The thread keeps the process alive only
 * while a call runs, so a forgotten database holds nobody up.
 */
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { Answer, Call, Start } from './pglite-calls.ts'

export interface PgliteThread {
  exchange(messages: Uint8Array): Promise<Buffer>
  /** The whole data directory as a gzipped tar. */
  dump(): Promise<Buffer>
  close(): Promise<void>
}

interface Pending {
  resolve(bytes: Buffer): void
  reject(error: Error): void
}

/** @throws Error when the database cannot be opened */
export async function startThread(start: Start): Promise<PgliteThread> {
  const worker = new Worker(fileURLToPath(new URL('./pglite-worker.ts', import.meta.url).href), {
    workerData: start,
  })
  const pending = new Map<number, Pending>()
  let lastId = 0
  let ended: Error | undefined

  const settle = (id: number) => {
    const call = pending.get(id)
    pending.delete(id)
    if (pending.size === 0) worker.unref()
    return call
  }
  const end = (error: Error) => {
    ended ??= error
    for (const id of pending.keys()) settle(id)?.reject(ended)
  }
  worker.on('message', (answer: Answer) => {
    const call = settle(answer.id)
    if ('failure' in answer) call?.reject(new Error(answer.failure))
    else call?.resolve(toBuffer(answer.bytes))
  })
  worker.on('error', end)
  worker.on('exit', () => end(new Error('the database is closed')))

  const answerTo = (id: number) =>
    new Promise<Buffer>((resolve, reject) => {
      if (ended) return reject(ended)
      worker.ref()
      pending.set(id, { resolve, reject })
    })
  const call = (make: (id: number) => Call) => {
    const id = ++lastId
    const answer = answerTo(id)
    worker.postMessage(make(id), [])
    return answer
  }

  await answerTo(0)
  return {
    exchange: (bytes) => call((id) => ({ id, type: 'exchange', bytes })),
    dump: () => call((id) => ({ id, type: 'dump' })),
    async close() {
      if (ended) return
      await call((id) => ({ id, type: 'close' }))
      await worker.terminate()
    },
  }
}

/** The same bytes: a Buffer arrives from the other thread as a plain Uint8Array. */
const toBuffer = ({ buffer, byteOffset, byteLength }: Uint8Array) =>
  Buffer.from(buffer, byteOffset, byteLength)
