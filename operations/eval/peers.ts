/**
 * Other retrievers over the same documents, questions and embeddings, each in a process of its own with
 * packages of its own (tests/bench/peers), one after another. What they found is judged here.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import {
  meanOf,
  ndcgAt,
  percentileOf,
  rankDocuments,
  recallAt,
} from '../../workers/evals/metrics.ts'
import type { EvalFiles } from './set.ts'
import type { Row } from './table.ts'

const FOLDER = join(import.meta.dirname, '../../tests/bench/peers')
const PEERS = ['minisearch', 'langchain', 'llamaindex'] as const

const Found = z.object({
  name: z.string(),
  results: z.record(z.string(), z.object({ documents: z.array(z.string()), ms: z.number() })),
})

export interface Embeddings {
  /** Base address of an OpenAI-compatible API. */
  url: string
  key: string
  model: string
}

export const arePeersInstalled = () => existsSync(join(FOLDER, 'node_modules'))

/** @throws Error with what a peer said last when it fails */
export async function runPeers(
  files: EvalFiles,
  embeddings: Embeddings,
  report: (line: string) => void,
): Promise<Row[]> {
  const directory = await mkdtemp(join(tmpdir(), 'voiceassist-peers-'))
  try {
    const work = join(directory, 'work.json')
    const { documents, queries } = files
    await writeFile(work, JSON.stringify({ documents, queries, embeddings }))
    const rows: Row[] = []
    for (const peer of PEERS) {
      report(`${peer}: loading and asking`)
      const answers = join(directory, `${peer}.json`)
      await runPeer(peer, [work, answers])
      rows.push(judge(files, Found.parse(JSON.parse(await readFile(answers, 'utf8')))))
    }
    return rows
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

async function runPeer(peer: string, files: string[]): Promise<void> {
  const script = join(FOLDER, `${peer}.mjs`)
  const stdio = ['ignore', 'ignore', 'pipe'] as const
  const child = spawn(process.execPath, [script, ...files], { cwd: FOLDER, stdio: [...stdio] })
  let said = ''
  child.stderr?.on('data', (part: Buffer) => void (said = `${said}${String(part)}`.slice(-2000)))
  const [code]: unknown[] = await once(child, 'exit')
  if (code !== 0) throw new Error(`The peer ${peer} failed: ${said}`)
}

function judge({ queries, grades }: EvalFiles, { name, results }: z.infer<typeof Found>): Row {
  const times = Object.values(results).map(({ ms }) => ms)
  const score = (measure: typeof ndcgAt) =>
    meanOf(
      queries.map(({ id }) => {
        const ranked = rankDocuments(results[id]?.documents ?? [])
        return measure(10, ranked, grades.get(id) ?? new Map())
      }),
    )
  return {
    name,
    ndcg: score(ndcgAt) ?? 0,
    recall: score(recallAt) ?? 0,
    p50: percentileOf(0.5, times) ?? 0,
    p95: percentileOf(0.95, times) ?? 0,
  }
}
