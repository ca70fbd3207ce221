/**
 * Retrieval quality on SciFact (BEIR's test split) through the product's own chunks, vectors and SQL. By
 * default a fifth of it, in seconds; whole with SOAK=1, against the numbers the product promises.
 */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { embed } from '../../local/openai/embedding.ts'
import { traceparentOf } from '../../shared/trace.ts'
import { meanOf, ndcgAt, percentileOf, rankDocuments } from '../../workers/evals/metrics.ts'
import { blocksOfPlainText } from '../../workers/knowledge/blocks.ts'
import type { ChunkRow } from '../../workers/knowledge/chunk-store.ts'
import { chunkDocument } from '../../workers/knowledge/chunk.ts'
import { type Fusion, fusionOf } from '../../workers/knowledge/profiles.ts'
import type { RunStoreContext } from '../../workers/knowledge/run-store.ts'
import { searchChunks } from '../../workers/knowledge/search-store.ts'
import { KB_ID } from '../../workers/knowledge/tables.ts'
import { openDatabase, type TestDatabase } from '../http/database.ts'
import { createMetricsEnv } from '../http/metrics-env.ts'
import { indexChunks } from './index-chunks.ts'

const FOLDER =
  process.env['SCIFACT_DIR'] ?? new URL('../../../shared/evals/scifact', import.meta.url).pathname
const report = (line: string) => void process.stdout.write(`${line}\n`)
const WHOLE = process.env['SOAK'] === '1'
/** Every n-th query, and every n-th document besides the judged ones. */
const STEP = WHOLE ? 1 : 5

interface Abstract {
  id: string
  title: string
  sents: string[]
}

const absent = !existsSync(`${FOLDER}/meta.json`)
if (absent) report(`skipped: SciFact is not at ${FOLDER}`)

async function read<Row>(name: string): Promise<Row[]> {
  const text = await readFile(`${FOLDER}/${name}`, 'utf8')
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
}

let database: TestDatabase
let ctx: RunStoreContext
/** Which abstract a chunk is of, by document and ordinal. */
const abstractOf = new Map<string, string>()
let queries: { id: string; text: string }[] = []
const relevant = new Map<string, Map<string, number>>()

beforeAll(async () => {
  if (absent) return
  database = await openDatabase()
  const urls = { DATABASE_URL: database.url('app_user'), DATABASE_HTTP_URL: database.neon.httpUrl }
  const env = { ...urls, ...createMetricsEnv().settings }
  const now = () => new Date()
  const traceparent = traceparentOf(undefined)
  const base = { tenantId: 'acme', requestId: 'scifact', traceparent, now, env }
  ctx = base as unknown as RunStoreContext
  await readSet()
}, 600_000)
afterAll(() => database?.close())

async function readSet() {
  queries = (await read<(typeof queries)[number]>('queries.jsonl')).filter(
    (_, at) => at % STEP === 0,
  )
  const asked = new Set(queries.map(({ id }) => id))
  for (const { q, d, r } of await read<{ q: string; d: string; r: number }>('qrels.jsonl')) {
    if (asked.has(q)) relevant.set(q, (relevant.get(q) ?? new Map()).set(d, r))
  }
  const judged = new Set([...relevant.values()].flatMap((grades) => [...grades.keys()]))
  const corpus = (await read<Abstract>('corpus.jsonl')).filter(
    ({ id }, at) => at % STEP === 0 || judged.has(id),
  )
  const rows = corpus.flatMap(chunksOf)
  for (let from = 0; from < rows.length; from += 100) await index(rows.slice(from, from + 100))
}

function chunksOf({ id, title, sents }: Abstract) {
  const text = sents.join(' ').trim()
  return chunkDocument(blocksOfPlainText(text)).map((chunk) => {
    const body = text.slice(chunk.start, chunk.end)
    const embedding = [...embed(`${title}\n${body}`)]
    return { id, row: { ...chunk, ordinal: 0, title, text: body, hash: '', embedding } }
  })
}

/** A hundred chunks as one document: only the chunks' places in it say whose they are. */
async function index(chunks: { id: string; row: ChunkRow }[]) {
  const id = await indexChunks(
    ctx,
    chunks.map(({ row }) => row),
  )
  for (const [ordinal, { id: abstract }] of chunks.entries())
    abstractOf.set(`${id} ${ordinal}`, abstract)
}

interface Way {
  fusion: Fusion
  vector: boolean
  /** With terms of the first hits. */
  isFed: boolean
}

/** Abstracts, best first; one stands where its best chunk does. */
async function found(question: string, { fusion, vector, isFed }: Way): Promise<string[]> {
  const embedding = vector ? [...embed(question)] : null
  const arms = [{ kbIds: [KB_ID], embedding }]
  const { hits } = await searchChunks(ctx, { arms, question, fusion, limit: 40, isFed })
  return rankDocuments(
    hits.map(({ documentId, ordinal }) => abstractOf.get(`${documentId} ${ordinal}`) ?? ''),
  )
}

/** Mean nDCG@10 over all queries, and what one took. */
async function ndcg(way: Way) {
  const times: number[] = []
  const gains: (number | null)[] = []
  for (const { id, text } of queries) {
    const began = performance.now()
    const ranked = await found(text, way)
    times.push(performance.now() - began)
    gains.push(ndcgAt(10, ranked, relevant.get(id) ?? new Map()))
  }
  return { score: meanOf(gains) ?? 0, p50: percentileOf(0.5, times) ?? 0 }
}

const KEYWORD: Fusion = { lexicalScore: 1, vectorScore: 0, lexicalRank: 0, vectorRank: 0 }

test.skipIf(absent)(
  'keyword search and the joined search find what the field finds, or more',
  async () => {
    const words = { fusion: KEYWORD, vector: false, isFed: false }
    const keyword = await ndcg(words)
    const hybrid = await ndcg({ ...words, fusion: fusionOf(['va-lexical-1']), vector: true })
    const fed = await ndcg({ ...words, isFed: true })
    const format = ({ score, p50 }: typeof keyword) =>
      `${score.toFixed(4)} (p50 ${p50.toFixed(0)} ms)`
    const size = `${queries.length} queries, ${abstractOf.size} chunks`
    const both = `keyword ${format(keyword)}, hybrid ${format(hybrid)}`
    report(`SciFact nDCG@10, ${size}: ${both}, keyword with feedback ${format(fed)}`)
    expect(keyword.score).toBeGreaterThanOrEqual(WHOLE ? 0.69 : 0.73)
    expect(hybrid.score).toBeGreaterThanOrEqual(WHOLE ? 0.68 : 0.72)
    expect(hybrid.score).toBeGreaterThan(keyword.score - (WHOLE ? 0.015 : 0.03))
    expect(fed.score).toBeGreaterThan(keyword.score - 0.03)
  },
)
