/**
 * A collection of documents, questions and judgements in files, as BEIR has them: corpus.jsonl
 * {id, title, sents}, queries.jsonl {id, text}, qrels.jsonl {q, d, r}.
 */
import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { z } from 'zod'

const Abstract = z.object({ id: z.string(), title: z.string(), sents: z.array(z.string()) })
const Query = z.object({ id: z.string(), text: z.string() })
const Judgement = z.object({ q: z.string(), d: z.string(), r: z.number() })

export interface SetDocument {
  id: string
  title: string
  text: string
}

export interface EvalFiles {
  name: string
  documents: SetDocument[]
  queries: z.infer<typeof Query>[]
  /** Worth of documents, by query. */
  grades: Map<string, Map<string, number>>
}

/**
 * @param most Questions, the first so many; and documents, those judged for them and every n-th other
 * @throws Error naming the file and line that is not as it must be
 */
export async function readSet(folder: string, most = Infinity): Promise<EvalFiles> {
  const all = await rows(folder, 'queries.jsonl', Query)
  const queries = all.slice(0, most)
  const asked = new Set(queries.map(({ id }) => id))
  const grades = new Map<string, Map<string, number>>()
  for (const { q, d, r } of await rows(folder, 'qrels.jsonl', Judgement)) {
    if (asked.has(q)) grades.set(q, (grades.get(q) ?? new Map<string, number>()).set(d, r))
  }
  const judged = new Set([...grades.values()].flatMap((documents) => [...documents.keys()]))
  const step = Math.max(1, Math.floor(all.length / queries.length))
  const documents = (await rows(folder, 'corpus.jsonl', Abstract))
    .filter(({ id }, at) => at % step === 0 || judged.has(id))
    .map(({ id, title, sents }) => ({ id, title, text: sents.join(' ').trim() }))
  return { name: basename(folder), documents, queries, grades }
}

async function rows<Row>(folder: string, name: string, schema: z.ZodType<Row>): Promise<Row[]> {
  const text = await readFile(join(folder, name), 'utf8')
  const lines = text.split('\n')
  return lines.flatMap((line, at) => {
    if (line.trim() === '') return []
    const row = schema.safeParse(JSON.parse(line))
    if (row.success) return [row.data]
    throw new Error(`${join(folder, name)}, line ${at + 1}: ${z.prettifyError(row.error)}`)
  })
}
