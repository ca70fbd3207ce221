/**
 * What the embedded database keeps: through kill -9, through a start that was cut short, through a
 * dump; and that two processes never open one directory. 20 kills with SOAK=1, else 3.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { neon, neonConfig } from '@neondatabase/serverless'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startNeon } from '../../local/neon/server.ts'
import { AlreadyRunningError, holdLock } from '../../local/postgres/lock.ts'
import { startPglite } from '../../local/postgres/pglite.ts'

const ROUNDS = process.env['SOAK'] === '1' ? 20 : 3
const PROCESS = fileURLToPath(new URL('./database-process.ts', import.meta.url).href)

let directory = ''
const children: ChildProcess[] = []

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'va-neon-'))
})

afterEach(async () => {
  for (const child of children.splice(0)) await kill(child)
  await rm(directory, { recursive: true, force: true })
})

test(
  `every acknowledged row is there after kill -9, ${ROUNDS} times`,
  async () => {
    const acknowledged: number[] = []
    for (let round = 0; round < ROUNDS; round++) {
      const { child, url } = await start()
      const sql = neon(url)
      await sql`create table if not exists written (id int primary key, text text)`
      void delay(200 + Math.random() * 600).then(() => child.kill('SIGKILL'))
      const writers = Array.from({ length: 4 }, (_, writer) => write(url, writer + round * 4))
      acknowledged.push(...(await Promise.all(writers)).flat())
      await kill(child)
    }
    const sql = neon((await start()).url)
    const rows = await sql`select id from written`
    const kept = new Set(rows.map(({ id }) => id))
    expect(acknowledged.length).toBeGreaterThan(ROUNDS)
    expect(acknowledged.filter((id) => !kept.has(id))).toEqual([])
    // At most the one request each writer had under way was written without being acknowledged.
    expect(kept.size - acknowledged.length).toBeLessThanOrEqual(ROUNDS * 4)
  },
  60_000 + ROUNDS * 20_000,
)

test('a first start cut short does not spoil the next', async () => {
  for (const after of [300, 700, 1_100]) {
    const child = spawnProcess()
    await delay(after)
    await kill(child)
  }
  const { url } = await start()
  expect(await neon(url)`select 1 as one`).toEqual([{ one: 1 }])
}, 60_000)

test('a directory in use is refused, and free again after kill -9', async () => {
  const { child } = await start()
  await expect(startPglite({ dataDir: directory })).rejects.toThrow(AlreadyRunningError)
  await kill(child)
  const backend = await startPglite({ dataDir: directory })
  await backend.close()
  await backend.close()
  expect((await readdir(directory)).filter((name) => name.startsWith('lock-'))).toEqual([])
}, 60_000)

test('of many that start at once exactly one gets the lock, also over a stale one', async () => {
  const deep = join(directory, 'x'.repeat(100))
  await mkdir(deep)
  const { child } = await start()
  await kill(child)
  for (const place of [directory, deep]) {
    const tries = await Promise.allSettled(Array.from({ length: 6 }, () => holdLock(place)))
    const locks = tries.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
    expect(locks).toHaveLength(1)
    await Promise.all(locks.map((lock) => lock.release()))
    await (await holdLock(place)).release()
  }
}, 60_000)

test('a dump brings everything back, and requests wait until it is loaded', async () => {
  const first = await startPglite({})
  const users = { voiceassist: 'secret' }
  const before = await startNeon({ backend: first, users })
  neonConfig.fetchEndpoint = () => before.httpUrl
  await neon(
    before.url('voiceassist'),
  )`create table kept as select n from generate_series(1, 5000) n`
  const dump = await first.dump()
  await before.close()
  await first.close()

  const loading = startPglite({ dump })
  const after = await startNeon({ backend: loading, users })
  neonConfig.fetchEndpoint = () => after.httpUrl
  const [count] = await neon(after.url('voiceassist'))`select count(*)::int from kept`
  expect(count).toEqual({ count: 5000 })
  await after.close()
  await (await loading).close()
}, 60_000)

/** Inserts one row after another until the server is gone; answers with those acknowledged. */
async function write(url: string, writer: number): Promise<number[]> {
  const sql = neon(url)
  const written: number[] = []
  for (let id = writer * 1_000_000; ; id++) {
    try {
      await sql`insert into written values (${id}, ${'x'.repeat(500)})`
      written.push(id)
    } catch {
      return written
    }
  }
}

async function start(): Promise<{ child: ChildProcess; url: string }> {
  const child = spawnProcess()
  const [line] = await once(child.stdout!, 'data')
  const { httpUrl, url } = JSON.parse(String(line)) as { httpUrl: string; url: string }
  neonConfig.fetchEndpoint = () => httpUrl
  return { child, url }
}

function spawnProcess(): ChildProcess {
  const stdio = ['ignore', 'pipe', 'inherit'] as const
  const child = spawn(process.execPath, [PROCESS, directory, 'secret'], { stdio: [...stdio] })
  children.push(child)
  return child
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}
