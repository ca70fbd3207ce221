/**
 * `npm run bench:knowledge [-- --chunks 10000]`: what a search and an answer take from end to end in one
 * workerd with the local stand-ins, one after another, how much of an answer is the platform's own, and how
 * fast documents can be found. `-- --tenants` measures the statement on a PostgreSQL of many tenants instead
 * (tenants.ts). Fails only where a time is more than twice its bar.
 */
import { cpus, loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { buildAssets } from '../../operations/build.ts'
import { percentileOf } from '../../workers/evals/metrics.ts'
import { fill, indexerOf, questions } from './corpus.ts'
import { indexMany, indexPdf } from './indexing.ts'
import { authorize } from './rows.ts'
import { type Bench, post, startBench } from './stack.ts'
import { timeTenants } from './tenants.ts'

const { values } = parseArgs({
  options: {
    chunks: { type: 'string', default: '10000' },
    tenants: { type: 'boolean', default: false },
  },
})
const CHUNKS = Number(values.chunks)
const QUESTIONS = 100

/** Documents of 200 chunks. */
const DOCUMENTS = 20

/** Milliseconds. */
const BARS = {
  searchP50: 45,
  searchP95: 90,
  hitP50: 6,
  overheadP50: 8,
  overheadP95: 25,
  tenantsP50: 25,
}
const PDF_SECONDS = 6
const CHUNKS_A_SECOND = 250

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

async function timeIndexing(bench: Bench): Promise<boolean> {
  const authorization = await authorize(bench)
  const seconds = await indexPdf(bench, authorization)
  console.log(`a PDF of 100 pages can be found after ${seconds.toFixed(1)} s (≤ ${PDF_SECONDS})`)
  const rate = await indexMany(bench, authorization, DOCUMENTS)
  console.log(`${rate.toFixed(0)} chunks a second from upload to search (≥ ${CHUNKS_A_SECOND})`)
  return seconds <= 2 * PDF_SECONDS && rate >= CHUNKS_A_SECOND / 2
}

async function run(bench: Bench): Promise<boolean> {
  const isFast = await timeIndexing(bench)
  await fill(indexerOf(bench.database, bench.tenantId), CHUNKS)
  const warm = (path: string, key: string) =>
    timed(
      bench,
      path,
      questions('Warm', 20).map((text) => ({ [key]: text })),
    )
  await warm('/api/search', 'query')
  const asked = questions('Where is', QUESTIONS).map((query) => ({ query }))
  const fresh = await timed(bench, '/api/search', asked)
  const again = await timed(bench, '/api/search', asked)
  await warm('/api/ask', 'question')
  const answers = await timed(
    bench,
    '/api/ask',
    questions('What is', QUESTIONS).map((question) => ({ question })),
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
  return isGood && isFast
}

const [load = 0] = loadavg()
console.log(`${cpus().length} × ${cpus()[0]?.model ?? 'processor'}, load ${load.toFixed(1)}`)
process.exitCode = (await (values.tenants ? runTenants() : runStack())) ? 0 : 1

async function runTenants(): Promise<boolean> {
  const all = await timeTenants()
  return print({ name: 'the statement', values: all, p50: BARS.tenantsP50 })
}

async function runStack(): Promise<boolean> {
  await buildAssets()
  const bench = await startBench()
  try {
    return await run(bench)
  } finally {
    await bench.close()
  }
}
