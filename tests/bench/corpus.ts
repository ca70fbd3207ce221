/** Chunks and questions made up from as many different words as a large collection has. */
import { embed } from '../../local/openai/embedding.ts'
import type { DatabaseEnv } from '../../shared/database.ts'
import { traceparentOf } from '../../shared/trace.ts'
import type { ChunkRow } from '../../workers/knowledge/chunk-store.ts'
import type { RunStoreContext } from '../../workers/knowledge/run-store.ts'
import { indexChunks } from '../conformance/index-chunks.ts'
import { createRandom } from '../http/knowledge-harness.ts'

/** The few common and the many rare (Zipf). */
const WORDS = 20_000
const random = createRandom(1)
const word = () => `term${Math.floor(WORDS ** random())}`

export const words = (count: number) => Array.from({ length: count }, word).join(' ')

export const questions = (what: string, count: number) =>
  Array.from({ length: count }, () => `${what} ${words(6)}?`)

function chunk(): ChunkRow {
  const text = `The ${words(1)} is described here. ${words(150)}.`
  const place = { ordinal: 0, start: 0, end: text.length, page: 1, pageStarts: [] }
  return { ...place, title: words(4), context: '', text, hash: '', embedding: [...embed(text)] }
}

/** As the indexer has it. */
export function indexerOf(env: DatabaseEnv, tenantId: string): RunStoreContext {
  const traceparent = traceparentOf(undefined)
  const base = { tenantId, requestId: 'bench', traceparent, now: () => new Date() }
  const actor = { type: 'system', job: 'bench' } as const
  return { ...base, actor, env } as unknown as RunStoreContext
}

/** Documents of a hundred chunks, by the product's own statements. */
export async function fill(ctx: RunStoreContext, chunks: number): Promise<void> {
  for (let done = 0; done < chunks; done += 100)
    await indexChunks(ctx, Array.from({ length: Math.min(100, chunks - done) }, chunk))
}
