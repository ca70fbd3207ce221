/**
 * The near side of PGlite's thread: calls with promises. The thread keeps the process alive only
 * while a call runs, so a forgotten database holds nobody up.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { Answer, Call, Start } from './pglite-calls.ts'

type Request =
  | { readonly type: 'exchange'; readonly bytes: Uint8Array }
  | { type: 'dump' | 'close' }

interface Pending {
  resolve(bytes: Buffer): void
  reject(error: Error): void
}

export class PgliteThread {
  readonly #worker: Worker
  readonly #pending = new Map<number, Pending>()
  #lastId = 0
  #ended: Error | undefined

  private constructor(start: Start) {
    const file = fileURLToPath(new URL('./pglite-worker.ts', import.meta.url).href)
    this.#worker = new Worker(file, { workerData: start })
    this.#worker.on('message', (answer: Answer) => this.#receive(answer))
    this.#worker.on('error', (error) => this.#end(error))
    this.#worker.on('exit', () => this.#end(new Error('the database is closed')))
  }

  /** @throws Error when the database cannot be opened */
  static async start(start: Omit<Start, 'wasm'>): Promise<PgliteThread> {
    const thread = new PgliteThread({ ...start, wasm: compile() })
    await thread.#answerTo(0)
    return thread
  }

  exchange(bytes: Uint8Array): Promise<Buffer> {
    return this.#call({ type: 'exchange', bytes })
  }

  /** The whole data directory as a tar. */
  dump(): Promise<Buffer> {
    return this.#call({ type: 'dump' })
  }

  async close(): Promise<void> {
    if (this.#ended) return
    await this.#call({ type: 'close' })
    await this.#worker.terminate()
  }

  #call(request: Request): Promise<Buffer> {
    const call: Call = { id: ++this.#lastId, ...request }
    const answer = this.#answerTo(call.id)
    this.#worker.postMessage(call, [])
    return answer
  }

  #answerTo(id: number): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      if (this.#ended) return reject(this.#ended)
      this.#worker.ref()
      this.#pending.set(id, { resolve, reject })
    })
  }

  #receive(answer: Answer): void {
    const pending = this.#settle(answer.id)
    if ('failure' in answer) pending?.reject(new Error(answer.failure))
    else pending?.resolve(toBuffer(answer.bytes))
  }

  #settle(id: number): Pending | undefined {
    const pending = this.#pending.get(id)
    this.#pending.delete(id)
    if (this.#pending.size === 0) this.#worker.unref()
    return pending
  }

  #end(error: Error): void {
    this.#ended ??= error
    for (const id of this.#pending.keys()) this.#settle(id)?.reject(this.#ended)
  }
}

let compiled: unknown

/** Once per process: every thread runs the same code, as fast as the ones before it made it. */
function compile(): WebAssembly.Module {
  const main = createRequire(import.meta.url).resolve('@electric-sql/pglite')
  const file = join(dirname(main), 'pglite.wasm')
  // Not `new`: the types of Workers, where nothing is compiled, call the class abstract.
  compiled ??= Reflect.construct(WebAssembly.Module, [readFileSync(file)])
  if (compiled instanceof WebAssembly.Module) return compiled
  throw new TypeError(`${file} was not compiled`)
}

/** The same bytes: a Buffer arrives from the other thread as a plain Uint8Array. */
const toBuffer = ({ buffer, byteOffset, byteLength }: Uint8Array) =>
  Buffer.from(buffer, byteOffset, byteLength)
