/**
 * What `npm start` does when things go wrong: a second start, a taken port, Workers that die, and
 * kill -9 in the middle of writes. KILLS sets the number of kills (10).
 */
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { findPort } from '../../local/supervisor/ports.ts'
import type { RunningStack } from '../../local/supervisor/running.ts'
import { signIn } from './client.ts'
import { processesOf, run, start, type Started, survivors } from './start-process.ts'

const KILLS = Number(process.env['KILLS'] ?? 10)
const STOP_MS = 6000

// A start takes seconds alone and a minute beside other builds.
vi.setConfig({ testTimeout: 120_000 * (KILLS + 1), hookTimeout: 300_000 })

const directory = mkdtempSync(join(tmpdir(), 'stack-'))
const options = ['--directory', directory]
let running: Started | undefined

afterAll(async () => {
  await running?.end('SIGTERM')
  rmSync(directory, { recursive: true, force: true })
})

async function up(port = 0): Promise<Started> {
  running = await start(directory, port, ['--no-seed'])
  return running
}

test('a taken port is reported, the next free one used, and the stop leaves no process', async () => {
  const port = await findPort(24_000)
  const occupant = createServer().listen(port, '127.0.0.1')
  await once(occupant, 'listening')
  const { stack, end, output, readyMs } = await up(port)
  occupant.close()
  expect(Number(new URL(stack.url).port)).toBeGreaterThan(port)
  expect(output()).toMatch(`Port ${port} is taken`)
  expect((await fetch(`${stack.url}/health`)).status).toBe(200)

  const pids = processesOf(stack)
  expect(pids.length).toBeGreaterThan(2)
  const stoppedAt = performance.now()
  expect(await end('SIGINT')).toBe(0)
  running = undefined
  const stopMs = Math.round(performance.now() - stoppedAt)
  expect(stopMs).toBeLessThan(STOP_MS)
  expect(await survivors(pids, 500)).toEqual([])
  expect(existsSync(join(directory, 'stack.json'))).toBe(false)
  print(`first start ${readyMs} ms, stop ${stopMs} ms, ${pids.length} processes`)
})

describe('while it runs', () => {
  let started: Started
  beforeAll(async () => {
    started = await up()
  })

  test('a second start says so, shows where it is and ends with 1', async () => {
    const { code, output } = await run('start.ts', options)
    expect(code).toBe(1)
    expect(output).toMatch('already running')
    expect(output).toMatch(`${started.stack.url}/console/`)
  })

  test('status tells how it feels', async () => {
    const { code, output } = await run('status.ts', options)
    expect(output).toMatch(/Health: +ready \(200\)/)
    expect(code).toBe(0)
  })

  test('Workers that die are started again, and lose the counts of a batch at most', async () => {
    const { stack, output } = started
    const isBack = () => output().split('The Workers are back.').length
    const before = { counted: await countedOf(stack), isBack: isBack() }
    const began = performance.now()
    let sent = 0
    while (performance.now() - began < 5000) {
      if ((await fetch(`${stack.url}/live`)).ok) sent++
      await delay(10)
    }
    const seconds = (performance.now() - began) / 1000
    process.kill(-stack.workersPid, 'SIGKILL')
    await vi.waitUntil(() => isBack() > before.isBack, { timeout: 60_000 })
    expect((await fetch(`${stack.url}/health`)).status).toBe(200)
    expect(await survivors([stack.workersPid], 0)).toEqual([])
    const lost = sent - ((await countedOf(stack)) - before.counted)
    const most = (sent / seconds) * (FLUSH_SECONDS + 0.2)
    print(`killed: ${lost} of ${sent} counts lost, at most ${most.toFixed(0)}`)
    expect(lost).toBeGreaterThanOrEqual(0)
    expect(lost).toBeLessThanOrEqual(most)
  })

  test('reset waits to be forced, and then removes everything', async () => {
    const pids = processesOf(started.stack)
    expect((await run('reset.ts', options)).code).toBe(1)
    expect(existsSync(join(directory, 'secrets.json'))).toBe(true)
    expect((await run('reset.ts', [...options, '--force'])).code).toBe(0)
    running = undefined
    expect(existsSync(directory)).toBe(false)
    expect(await survivors(pids, 500)).toEqual([])
    expect((await run('status.ts', options)).code).toBe(1)
  })
})

/** METRICS_FLUSH_MS of wrangler.toml. */
const FLUSH_SECONDS = 1

/** Requests to /live that the metrics object knows of. */
async function countedOf(stack: RunningStack): Promise<number> {
  const text = await (await fetch(`${stack.url}/metrics`)).text()
  const series = /^http_requests_total\{method="GET",endpoint="\/live",status="200"\} (\d+)$/m
  return Number(series.exec(text)?.[1] ?? 0)
}

describe('kill -9 during writes', () => {
  test('loses nothing that was acknowledged', async () => {
    const acknowledged: Acknowledged = { flags: [], documents: [] }
    for (let kill = 1; kill <= KILLS; kill += 1) {
      const { stack, end, readyMs } = await up()
      const pids = processesOf(stack)
      const before = countsOf(acknowledged)
      const writing = write(stack, kill, acknowledged)
      const grown = () => countsOf(acknowledged).every((count, index) => count > before[index]!)
      await vi.waitUntil(grown, { timeout: 60_000 })
      await delay(Math.random() * 1500)
      await end('SIGKILL')
      running = undefined
      await writing
      expect(await survivors(pids, 3000)).toEqual([])
      const { flags, documents } = acknowledged
      const written = `${flags.length} flags, ${documents.length} documents so far`
      print(`kill ${kill}: ready in ${readyMs} ms; ${written}`)
    }
    const { stack } = await up()
    const client = await signIn(stack)
    expect(await missing(client, acknowledged)).toEqual([])
    const waiting = () => unfinished(client, acknowledged)
    await expect.poll(waiting, { timeout: 120_000, interval: 1000 }).toEqual([])
  })
})

type Client = Awaited<ReturnType<typeof signIn>>

interface Acknowledged {
  flags: string[]
  documents: string[]
}

const countsOf = ({ flags, documents }: Acknowledged) => [flags.length, documents.length]

/** Writes until the platform is gone; remembers what was answered with success. */
async function write(stack: RunningStack, kill: number, acknowledged: Acknowledged): Promise<void> {
  const client = await signIn(stack)
  const writeFlags = async () => {
    for (let number = 1; ; number += 1) {
      const name = `kill_${kill}_${number}`
      const flag = { name, description: '', type: 'boolean', enabled: true, defaultValue: false }
      const response = await client.send('POST', '/api/admin/feature-flags', flag)
      if (response.status !== 201) throw new Error(`${response.status} ${await response.text()}`)
      acknowledged.flags.push(name)
    }
  }
  const writeDocuments = async () => {
    for (let number = 1; ; number += 1) {
      const text = `# Note ${kill}.${number}\n\nWritten before kill ${kill}, as number ${number}.\n`
      const response = await client.upload(`note-${kill}-${number}.md`, text, 'text/markdown')
      if (response.status !== 202) throw new Error(`${response.status} ${await response.text()}`)
      const { document } = await response.json<{ document: { id: string } }>()
      acknowledged.documents.push(document.id)
    }
  }
  const ends = await Promise.all([writeFlags(), writeDocuments()].map((work) => work.catch(String)))
  // Only the kill may end the writing: fetch fails with a TypeError then.
  for (const end of ends) expect(end).toMatch(/^TypeError/)
}

/** What was acknowledged and cannot be read any more. */
async function missing(client: Client, { flags, documents }: Acknowledged): Promise<string[]> {
  const paths = [
    ...flags.map((name) => `/api/admin/feature-flags/${name}`),
    ...documents.map((id) => `/api/admin/kb/documents/${id}`),
  ]
  const lost: string[] = []
  for (const path of paths) {
    const response = await client.send('GET', path)
    await response.body?.cancel()
    if (!response.ok) lost.push(`${path} ${response.status}`)
  }
  return lost
}

/** Documents not searchable yet: their queue died with the process, and a sweep must notice. */
async function unfinished(client: Client, { documents }: Acknowledged): Promise<string[]> {
  const states: string[] = []
  for (const id of documents) {
    const response = await client.send('GET', `/api/admin/kb/documents/${id}`)
    const { status } = await response.json<{ status: string }>()
    if (status !== 'ready') states.push(`${id} ${status}`)
  }
  return states
}

function print(line: string): void {
  process.stderr.write(`${line}\n`)
}
