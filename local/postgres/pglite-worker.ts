/**
 * PGlite in a thread of its own, since a long query blocks the thread it runs on. Takes wire
 * messages and gives wire messages; who may send them, and when, is pglite.ts.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { PGlite, type PGliteOptions } from '@electric-sql/pglite'
import { vector } from '@electric-sql/pglite-pgvector'
import { dataDir as template } from '@electric-sql/pglite-prepopulatedfs'
import { btree_gin } from '@electric-sql/pglite/contrib/btree_gin'
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm'
import { unaccent } from '@electric-sql/pglite/contrib/unaccent'
import { copyFail } from './messages.ts'
import type { Answer, Call, Start } from './pglite-calls.ts'
import { splitMessages } from './reader.ts'

/** Messages for one call of PGlite: one Query, or extended ones up to a Sync. */
interface Group {
  readonly kind: 'simple' | 'synced' | 'open'
  readonly bytes: Buffer
}

/**
 * The whole of the shared buffers is resident from the start: 54 MB of WebAssembly memory with
 * these, 160 MB with the default of 128 MB. What does not fit is in the system's file cache.
 */
const SMALL = ['-c', 'shared_buffers=32MB']

const start: Start = workerData
const answer = (message: Answer) => parentPort?.postMessage(message, [])
const database = await open(start)

parentPort?.on('message', (call: Call) => {
  void perform(call).then(
    (bytes) => answer({ id: call.id, bytes }),
    (error: unknown) => answer({ id: call.id, failure: describe(error) }),
  )
})
answer({ id: 0, bytes: Buffer.alloc(0) })

async function open({ dataDir, source, wasm }: Start): Promise<PGlite> {
  const options: PGliteOptions = {
    extensions: { vector, pg_trgm, unaccent, btree_gin },
    startParams: [...PGlite.defaultStartParams, ...SMALL],
    pgliteWasmModule: wasm,
  }
  if (dataDir) options.dataDir = dataDir
  if (source === 'template') options.loadDataDir = await template()
  else if (source !== 'existing') options.loadDataDir = new Blob([Buffer.from(source)])
  const opened = await PGlite.create(options)
  await trustVector(opened)
  return opened
}

/** Lets the owner, who is no superuser, create the extension, as Neon does. */
async function trustVector(opened: PGlite): Promise<void> {
  const path = `select setting || '/extension/vector.control' as path from pg_config where name = 'SHAREDIR'`
  const control = `select path, pg_read_file(path) as text from (${path}) as control`
  const { rows } = await opened.query<{ path: string; text: string }>(control)
  for (const { path: file, text } of rows) {
    opened.copyToFS(file, Buffer.from(`${text}\ntrusted = true\n`))
  }
}

async function perform(call: Call): Promise<Uint8Array> {
  if (call.type === 'exchange') return exchange(Buffer.from(call.bytes))
  if (call.type === 'dump') return dump()
  await database.close()
  return Buffer.alloc(0)
}

async function dump(): Promise<Uint8Array> {
  await database.exec('checkpoint')
  const file = await database.dumpDataDir('none')
  return new Uint8Array(await file.arrayBuffer())
}

async function exchange(messages: Buffer): Promise<Buffer> {
  const answers: Buffer[] = []
  for (const { kind, bytes } of groupMessages(messages)) {
    const raw = Buffer.from(await database.execProtocolRaw(bytes))
    answers.push(kind === 'simple' ? raw : withOneReady(raw, kind))
  }
  return Buffer.concat(answers)
}

/** COPY FROM STDIN ends PGlite for good when nothing follows it, hence the `copyFail`s. */
function groupMessages(messages: Buffer): Group[] {
  const groups: Group[] = []
  let parts: Buffer[] = []
  const close = (kind: Group['kind']) => {
    if (parts.length) groups.push({ kind, bytes: Buffer.concat(parts) })
    parts = []
  }
  for (const { type, bytes } of splitMessages(messages)) {
    if (type === 'Q') close('open')
    parts.push(bytes)
    if (type === 'Q' || type === 'E') parts.push(copyFail)
    if (type === 'Q') close('simple')
    if (type === 'S') close('synced')
  }
  close('open')
  return groups
}

/** PGlite says ReadyForQuery after an error and again after the Sync; Postgres only the latter. */
function withOneReady(raw: Buffer, kind: 'synced' | 'open'): Buffer {
  const messages = [...splitMessages(raw)]
  const kept = messages.filter(({ type }) => type !== 'Z')
  const ready = kind === 'synced' ? messages.filter(({ type }) => type === 'Z').slice(-1) : []
  return Buffer.concat([...kept, ...ready].map(({ bytes }) => bytes))
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : `PGlite stopped: ${JSON.stringify(error)}`
}
