/**
 * PGlite as a backend: an embedded PostgreSQL with pgvector, in memory or in a directory, that
 * starts without initdb. One session serves everybody in turns (pglite-session.ts), so it cannot
 * show what concurrency does; a real server (server.ts) can.
 */
import { existsSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Backend } from './backend.ts'
import { holdLock } from './lock.ts'
import { query } from './messages.ts'
import type { Start } from './pglite-calls.ts'
import { serveClient } from './pglite-client.ts'
import { type Holder, literal, SharedSession, SUPERUSER } from './pglite-session.ts'
import { PgliteThread } from './pglite-thread.ts'
import { readResults } from './replies.ts'

/** As on Neon: owns the database and makes roles, but is no superuser. */
const OWNER = 'voiceassist'

export interface PgliteOptions {
  /** A directory of our own, made if absent; in memory when not given. */
  readonly dataDir?: string
  /** What `dump()` gave, to start from; only for a database that does not exist yet. */
  readonly dump?: Uint8Array
}

export interface PgliteBackend extends Backend {
  /** The whole database, for `startPglite` to load: a tar. */
  dump(): Promise<Uint8Array>
}

/**
 * Opens the database, or makes it: from the dump, else empty with the owner role `voiceassist`.
 *
 * @throws AlreadyRunningError when another process has the directory open
 */
export async function startPglite({ dataDir, dump }: PgliteOptions): Promise<PgliteBackend> {
  if (!dataDir) return createBackend(await openNew({ dataDir, source: dump ?? 'template' }))
  await mkdir(dataDir, { recursive: true })
  const lock = await holdLock(dataDir)
  try {
    return createBackend(await openDirectory(dataDir, dump), lock.release)
  } catch (error) {
    await lock.release()
    throw error
  }
}

/** A database whose making was cut short holds nothing that was acknowledged: made anew. */
async function openDirectory(directory: string, dump?: Uint8Array): Promise<PgliteThread> {
  const cluster = join(directory, 'cluster')
  const unfinished = join(directory, 'unfinished')
  if (existsSync(unfinished)) await rm(cluster, { recursive: true, force: true })
  else if (existsSync(cluster)) {
    if (dump) throw new Error(`${directory} holds a database; a dump is loaded only into a new one`)
    return PgliteThread.start({ dataDir: cluster, source: 'existing' })
  }
  await writeFile(unfinished, '')
  const thread = await openNew({ dataDir: cluster, source: dump ?? 'template' })
  await rm(unfinished)
  return thread
}

async function openNew(start: Omit<Start, 'wasm'>): Promise<PgliteThread> {
  const thread = await PgliteThread.start(start)
  readResults(await thread.exchange(query(CREATE_OWNER)))
  return thread
}

const CREATE_OWNER = `do $$ begin
  if not exists (select from pg_roles where rolname = ${literal(OWNER)}) then
    create role ${OWNER} login createdb createrole bypassrls;
    execute format('alter database %I owner to ${OWNER}', current_database());
  end if;
end $$`

function createBackend(thread: PgliteThread, afterClose?: () => Promise<void>): PgliteBackend {
  const session = new SharedSession(thread)
  let closing: Promise<void> | undefined
  const alone = async <T>(holder: Holder, work: () => Promise<T>, signal?: AbortSignal) => {
    const endTurn = await session.enter(holder, signal)
    try {
      return await work()
    } finally {
      await session.rollback().finally(endTurn)
    }
  }
  return {
    withSession: ({ role }, work, signal) =>
      alone({ role, settings: [] }, () => work(session.exchange), signal),
    serve: (client) => serveClient(session, client),
    dump: () => alone({ role: SUPERUSER, settings: [] }, () => thread.dump()),
    close() {
      closing ??= session.close().then(afterClose)
      return closing
    },
  }
}
