/**
 * `npm run bench:knowledge [-- --chunks 10000]`: what a search and an answer take from end to end in one
 * workerd with the local stand-ins, one after another, and how much of an answer is the platform's own. Fails
 * only where a time is more than twice its bar.
 */
import { cpus, loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { embed } from '../../local/openai/embedding.ts'
import { buildAssets } from '../../operations/build.ts'
import { traceparentOf } from '../../shared/trace.ts'
import { percentileOf } from '../../workers/evals/metrics.ts'
import type { ChunkRow } from '../../workers/knowledge/chunk-store.ts'
import type { RunStoreContext } from '../../workers/knowledge/run-store.ts'
import { indexChunks } from '../conformance/index-chunks.ts'
import { createRandom } from '../http/knowledge-harness.ts'
import { authorize } from './rows.ts'
import { type Bench, post, startBench } from './stack.ts'

const { values } = parseArgs({ options: { chunks: { type: 'string', default: '10000' } } })
const CHUNKS = Number(values.chunks)
const QUESTIONS = 100

/** Milliseconds. */
const BARS = { searchP50: 45, searchP95: 90, hitP50: 6, overheadP50: 8, overheadP95: 25 }

/** As many different words as a large collection has, the few common and the many rare (Zipf). */
const WORDS = 20_000
const random = createRandom(1)
const word = () => `term${Math.floor(WORDS ** random())}`
const words = (count: number) => Array.from({ length: count }, word).join(' ')

function chunk(): ChunkRow {
  const text = `The ${words(1)} is described here. ${words(150)}.`
  const place = { ordinal: 0, start: 0, end: text.length, page: 1, pageStarts: [] }
  return { ...place, title: words(4), context: '', text, hash: '', embedding: [...embed(text)] }
}

async function fill({ database, tenantId }: Bench): Promise<void> {
  const traceparent = traceparentOf(undefined)
  const base = { tenantId, requestId: 'bench', traceparent, now: () => new Date() }
  const actor = { type: 'system', job: 'bench' } as const
  const ctx = { ...base, actor, env: database } as unknown as RunStoreContext
  for (let done = 0; done < CHUNKS; done += 100)
    await indexChunks(ctx, Array.from({ length: Math.min(100, CHUNKS - done) }, chunk))
}

interface Timed {
  /** As the client sees it. */
  ms: number
  /** As the platform says, per stage. */
  timings: Record<string, number>
}

async function timed(bench: Bench, path: string, bodies: readonly object[]): Promise<Timed[]> {
  const authorization = await authorize(bench)
  const all: Timed[] = []
  for (const body of bodies) {
    const began = performance.now()
    const response = await post(bench.edge + path, body, { authorization })
    const answer: unknown = await response.json()
    all.push({ ms: performance.now() - began, timings: Object(answer).timings })
  }
  return all
}

/** What is left when the search, the embedding and the model have had theirs. */
const overheadOf = ({ ms, timings }: Timed) =>
  ms - (timings['embedMs'] ?? 0) - (timings['searchMs'] ?? 0) - (timings['modelMs'] ?? 0)

const questions = (what: string) => Array.from({ length: QUESTIONS }, () => `${what} ${words(6)}?`)

interface Line {
  name: string
  values: number[]
  p50: number
  p95?: number
}

function print({ name, values: all, p50: bar50, p95: bar95 }: Line): boolean {
  const p50 = percentileOf(0.5, all) ?? Number.NaN
  const p95 = percentileOf(0.95, all) ?? Number.NaN
  const bars = bar95 === undefined ? `p50 ≤ ${bar50}` : `p50 ≤ ${bar50}, p95 ≤ ${bar95}`
  console.log(`${name}: p50 ${p50.toFixed(1)} ms, p95 ${p95.toFixed(1)} ms (${bars})`)
  return p50 <= 2 * bar50 && (bar95 === undefined || p95 <= 2 * bar95)
}

async function run(bench: Bench): Promise<boolean> {
  await fill(bench)
  const warm = (path: string, key: string) =>
    timed(
      bench,
      path,
      questions('Warm')
        .slice(0, 20)
        .map((text) => ({ [key]: text })),
    )
  await warm('/api/search', 'query')
  const asked = questions('Where is').map((query) => ({ query }))
  const fresh = await timed(bench, '/api/search', asked)
  const again = await timed(bench, '/api/search', asked)
  await warm('/api/ask', 'question')
  const answers = await timed(
    bench,
    '/api/ask',
    questions('What is').map((question) => ({ question })),
  )
  const lines: Line[] = [
    {
      name: `search of ${CHUNKS} chunks`,
      values: fresh.map(({ ms }) => ms),
      p50: BARS.searchP50,
      p95: BARS.searchP95,
    },
    { name: 'the same from the cache', values: again.map(({ ms }) => ms), p50: BARS.hitP50 },
    {
      name: 'an answer, without its search, embedding and model',
      values: answers.map(overheadOf),
      p50: BARS.overheadP50,
      p95: BARS.overheadP95,
    },
  ]
  const parts = answers.map((each) => (overheadOf(each) / each.ms) * 100)
  const isGood = lines.map(print).every(Boolean)
  const stage = (name: string) => {
    const all = fresh.map(({ timings }) => timings[name] ?? 0)
    return (percentileOf(0.5, all) ?? 0).toFixed(0)
  }
  console.log(
    `Of a search, the statement has ${stage('searchMs')} ms, the embedding ${stage('embedMs')} ms.`,
  )
  console.log(
    `The platform's own part of an answer: ${(percentileOf(0.5, parts) ?? 0).toFixed(0)} %`,
  )
  return isGood
}

await buildAssets()
const bench = await startBench()
try {
  const [load = 0] = loadavg()
  console.log(`${cpus().length} × ${cpus()[0]?.model ?? 'processor'}, load ${load.toFixed(1)}`)
  process.exitCode = (await run(bench)) ? 0 : 1
} finally {
  await bench.close()
}
