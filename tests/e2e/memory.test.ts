/** How much memory the whole local stack has, at rest and while it works, as Linux counts it. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, expect, test, vi } from 'vitest'
import { signIn } from './client.ts'
import { makePdf } from './pdf.ts'
import { processesOf, memoryOf, start, type Started, survivors } from './start-process.ts'

/** npm and the launcher, two bare Node processes that are not part of this test's start. */
const LAUNCH_BYTES = 0.1e9
const IDLE_BYTES = 1.3e9 - LAUNCH_BYTES
const INDEXING_BYTES = 1.6e9 - LAUNCH_BYTES
/** The bundler gives its memory back two minutes after the build. */
const REST_MS = 120_000

vi.setConfig({ testTimeout: 900_000 })

const directory = mkdtempSync(join(tmpdir(), 'memory-'))
let running: Started | undefined

afterAll(async () => {
  await running?.end('SIGTERM')
  rmSync(directory, { recursive: true, force: true })
})

test.runIf(process.platform === 'linux')(
  'the stack stays small at rest and while it indexes a long PDF, and leaves no process',
  async () => {
    running = await start(directory, 0)
    const { stack, output, end } = running
    await vi.waitUntil(() => /(\d+) of \1 ready/.test(output()), { timeout: 300_000 })
    await delay(REST_MS)
    const idle = memoryOf(stack)
    print(`at rest ${megabytes(idle)}`)
    expect(idle).toBeLessThan(IDLE_BYTES)

    const indexing = await peakDuring(stack, async () => {
      const client = await signIn(stack)
      const { job } = await client.index('ledger.pdf', await makeLedger(), 'application/pdf')
      expect(job).toMatchObject({ status: 'ready' })
    })
    print(`indexing ${megabytes(indexing)}`)
    expect(indexing).toBeLessThan(INDEXING_BYTES)

    const pids = processesOf(stack)
    expect(await end('SIGINT')).toBe(0)
    running = undefined
    expect(await survivors(pids, 500)).toEqual([])
  },
)

async function peakDuring(stack: Started['stack'], work: () => Promise<void>): Promise<number> {
  let peak = 0
  const timer = setInterval(() => (peak = Math.max(peak, memoryOf(stack))), 200)
  await work().finally(() => clearInterval(timer))
  return peak
}

/** A hundred pages of forty lines. */
function makeLedger(): Promise<Uint8Array<ArrayBuffer>> {
  const line = (page: number, row: number) =>
    `Entry ${page}.${row}: vessel ${page * row} paid ${row * 7} crowns of harbour levy at berth ${page}.`
  const rows = Array.from({ length: 40 }, (_, row) => row + 1)
  const pages = Array.from({ length: 100 }, (_, page) =>
    rows.map((row) => line(page + 1, row)).join('\n'),
  )
  return makePdf(pages)
}

const megabytes = (bytes: number) => `${Math.round(bytes / 1e6)} MB`

function print(text: string): void {
  process.stderr.write(`${text}\n`)
}
