/** Metrics of the running stack: they equal what was sent, and Prometheus's own tool finds no fault. */
import { spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type Stack, startStack } from '../../local/supervisor/stack.ts'
import { signIn } from './client.ts'
import { hasPrometheus, startPrometheus } from './prometheus.ts'

/** Of Debian's package prometheus. */
const PROMTOOL = process.env['PROMTOOL'] ?? 'promtool'

let directory: string
let stack: Stack
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'voiceassist-'))
  stack = await startStack({ directory, port: 0, tlsPort: 0, quiet: true, seedDocs: false })
})
afterAll(async () => {
  await stack?.stop()
  await rm(directory, { recursive: true, force: true })
})

const scrape = async () => (await fetch(`${stack.url}/metrics`)).text()

async function valueOf(series: string): Promise<number> {
  const line = (await scrape()).split('\n').find((text) => text.startsWith(`${series} `))
  return Number(line?.slice(series.length + 1) ?? 0)
}

test('counters equal the requests sent, from every Worker', async () => {
  const client = await signIn(stack)
  const series = {
    live: 'http_requests_total{method="GET",endpoint="/live",status="200"}',
    flags: 'http_requests_total{method="GET",endpoint="/api/admin/feature-flags",status="200"}',
    logins: 'voiceassist_user_logins_total',
    uploads: 'voiceassist_kb_document_uploads_total{source_type="upload",file_type="md"}',
    // Counted in the indexer.
    indexed: 'voiceassist_kb_indexing_duration_seconds_count',
    jobs: 'voiceassist_jobs_total{type="documents",status="done"}',
  }
  const read = async () =>
    Object.fromEntries(
      await Promise.all(
        Object.entries(series).map(async ([name, key]) => [name, await valueOf(key)] as const),
      ),
    )
  await vi.waitUntil(async () => (await valueOf(series.logins)) > 0, { timeout: 10_000 })
  const before = await read()
  await Promise.all(Array.from({ length: 200 }, () => fetch(`${stack.url}/live`)))
  for (let sent = 0; sent < 20; sent++) await client.send('GET', '/api/admin/feature-flags')
  await signIn(stack)
  const { job } = await client.index('cats.md', '# Cats\n\nCats sleep all day.', 'text/markdown')
  expect(job.status).toBe('ready')

  const expected = { live: 200, flags: 20, logins: 1, uploads: 1, indexed: 1, jobs: 1 }
  const grown = async () => {
    const after = await read()
    return Object.fromEntries(
      Object.keys(after).map((name) => [name, after[name]! - before[name]!]),
    )
  }
  // Each Worker sends what it counted in its own time.
  await vi.waitFor(async () => expect(await grown()).toEqual(expected), {
    timeout: 20_000,
    interval: 200,
  })
})

test('a scrape has all that is known from the start, and no word of a caller’s', async () => {
  await fetch(`${stack.url}/nowhere/ada@example.com`)
  const text = await scrape()
  expect(text.split('\n').length).toBeGreaterThan(257)
  expect(text).not.toContain('ada@example.com')
  expect(text).toMatch(/^voiceassist_build_info\{version="0\.1\.0\+.+"\} 1$/m)
})

const hasPromtool = spawnSync(PROMTOOL, ['--version']).status === 0
/** It takes `kb` for a unit, and expects `_total` of counters alone; these names are given. */
const GIVEN =
  /^voiceassist_kb_\w+ (metric names should not contain abbreviated|non-counter metrics)/

test.runIf(hasPromtool)('promtool (Debian package prometheus) finds no fault', async () => {
  const { stderr } = spawnSync(PROMTOOL, ['check', 'metrics'], {
    input: await scrape(),
    encoding: 'utf8',
  })
  const remarks = stderr.split('\n').filter((line) => line !== '' && !GIVEN.test(line))
  expect(remarks).toEqual([])
})

test.runIf(hasPrometheus)('a Prometheus that scrapes the stack counts what was sent', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'prometheus-'))
  const prometheus = await startPrometheus(stack.url, folder)
  try {
    const live = 'http_requests_total{method="GET",endpoint="/live",status="200"}'
    const counted = async () => (await prometheus.query(live)) ?? 0
    const patience = { timeout: 20_000, interval: 500 }
    await vi.waitUntil(async () => (await prometheus.query('up')) === 1, patience)
    await vi.waitUntil(async () => (await counted()) === (await valueOf(live)), patience)
    const before = await counted()
    await Promise.all(Array.from({ length: 100 }, () => fetch(`${stack.url}/live`)))
    await vi.waitUntil(async () => (await counted()) >= before + 100, patience)
    expect(await counted()).toBe(before + 100)
    expect(await prometheus.lastError()).toBe('')
    expect(await prometheus.query('scrape_samples_scraped')).toBeGreaterThan(257)
  } finally {
    await prometheus.stop()
    await rm(folder, { recursive: true, force: true })
  }
})
