/**
 * `npm run eval -- --set FOLDER`: loads a collection into a running deployment through its public API,
 * runs it, and prints the table, other retrievers beside it. Starts no deployment: `npm start` does, or
 * name one with --url and EVAL_API_KEY. Ends with 1 when a bar is missed, with 2 when it cannot tell.
 *
 * Vectors of the others come from the endpoint the deployment has its own from: a local stack's, or
 * OPENAI_BASE_URL with OPENAI_API_KEY and EMBEDDING_MODEL.
 *
 * --limit N the first N questions and a like part of the documents; no bars then
 * --peers no leaves the others out; --answers lets the model answer too
 */
import { cpus, loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { readJson } from '../local/supervisor/json-file.ts'
import { pathsOf, STATE } from '../local/supervisor/paths.ts'
import { readRunning } from '../local/supervisor/running.ts'
import { type Account, openApi } from './eval/api.ts'
import { ensureBase } from './eval/base.ts'
import { loadDocuments } from './eval/load.ts'
import { arePeersInstalled, type Embeddings, runPeers } from './eval/peers.ts'
import { ensureSet, type FinishedRun, runSet } from './eval/run.ts'
import { readSet } from './eval/set.ts'
import { renderTable, type Row, shortfallsOf } from './eval/table.ts'

const { values } = parseArgs({
  options: {
    set: { type: 'string' },
    url: { type: 'string' },
    directory: { type: 'string', default: STATE },
    limit: { type: 'string' },
    peers: { type: 'string', default: 'yes' },
    answers: { type: 'boolean', default: false },
  },
})

const began = Date.now()
const report = (line: string) =>
  console.log(`${((Date.now() - began) / 1000).toFixed(0).padStart(5)} s  ${line}`)

try {
  process.exitCode = (await evaluate()) ? 0 : 1
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 2
}

/** @returns whether all bars hold */
async function evaluate(): Promise<boolean> {
  const { folder, hasPeers, most } = readOptions()
  const files = await readSet(folder, most)
  const { account, embeddings } = await findDeployment()
  const api = await openApi(account)
  const kbId = await ensureBase(api, files.name)
  report(`${files.documents.length} documents into the knowledge base ${files.name}`)
  const ids = await loadDocuments(api, kbId, files.documents, report)
  const setId = await ensureSet(api, kbId, files, ids)
  const keyword = await runSet(api, setId, { arm: 'words' }, report)
  const { answers } = values
  const hybrid = await runSet(api, setId, { arm: 'fused', answers }, report)
  const own = [rowOf('words alone', keyword), rowOf('words and vectors', hybrid)] as const
  const peers = hasPeers ? await runPeers(files, embeddings, report) : []
  const [cpu] = cpus()
  const load = loadavg()[0]?.toFixed(1)
  console.log(`\n${files.queries.length} questions, ${files.documents.length} documents.`)
  console.log(`${cpus().length} × ${cpu?.model ?? 'processor'}, load ${load}.\n`)
  console.log(renderTable([...own, ...peers]))
  if (hybrid.summary?.citationPrecision != null)
    console.log(`\nCitation precision ${hybrid.summary.citationPrecision.toFixed(3)}.`)
  const short = Number.isFinite(most) ? [] : shortfallsOf(...own, peers)
  for (const line of short) console.error(`Below the bar: ${line}.`)
  return short.length === 0
}

/** @throws Error saying what to change */
function readOptions() {
  const { set: folder, peers, limit } = values
  if (!folder) throw new Error('Name a folder with corpus, queries and qrels: --set FOLDER')
  const hasPeers = peers !== 'no'
  if (hasPeers && !arePeersInstalled())
    throw new Error(
      'Install the peers first (npm ci --prefix tests/bench/peers), or say --peers no.',
    )
  const most = limit === undefined ? Infinity : Number(limit)
  if (!(most >= 1)) throw new Error('--limit takes a number of questions, from 1.')
  return { folder, hasPeers, most }
}

/** @throws Error when none runs */
async function findDeployment(): Promise<{ account: Account; embeddings: Embeddings }> {
  const named = (name: string) => process.env[name] ?? ''
  const apiKey = named('EVAL_API_KEY')
  if (values.url && apiKey) {
    const embeddings = {
      url: named('OPENAI_BASE_URL') || 'https://api.openai.com/v1',
      key: named('OPENAI_API_KEY'),
      model: named('EMBEDDING_MODEL') || 'text-embedding-3-small',
    }
    return { account: { url: values.url, credential: { key: apiKey } }, embeddings }
  }
  const paths = pathsOf(values.directory)
  const stack = await readRunning(paths.stack)
  if (!stack)
    throw new Error(
      'No deployment runs here: start one with `npm start`, or name one with --url and EVAL_API_KEY.',
    )
  const kept = await readJson(paths.secrets, z.object({ openAiKey: z.string() }))
  const embeddings = {
    url: stack.openAiBaseUrl,
    key: named('OPENAI_API_KEY') || (kept?.openAiKey ?? ''),
    model: named('EMBEDDING_MODEL') || 'va-lexical-1',
  }
  return { account: { url: stack.url, credential: stack.owner }, embeddings }
}

function rowOf(name: string, { summary }: FinishedRun): Row {
  const { ndcg, recall, searchMs } = summary ?? {}
  return {
    name: `VoiceAssist, ${name}`,
    ndcg: ndcg ?? 0,
    recall: recall ?? 0,
    p50: searchMs?.p50 ?? 0,
    p95: searchMs?.p95 ?? 0,
  }
}
