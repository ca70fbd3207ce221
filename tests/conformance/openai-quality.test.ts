/**
 * How good the offline models are, on SciFact (BEIR's test split: 5,183 abstracts, 300 claims),
 * which is not part of this repository: it is looked for in SCIFACT_DIR, else beside the project.
 * The floors are a little below what was measured; better is welcome, worse is a regression.
 */
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { findStatements } from '../../local/openai/answer.ts'
import { embed } from '../../local/openai/embedding.ts'

const directory =
  process.env['SCIFACT_DIR'] ?? new URL('../../../shared/evals/scifact', import.meta.url).pathname
const present = existsSync(`${directory}/corpus.jsonl`)
const report = (line: string) => void process.stdout.write(`${line}\n`)

interface Document {
  readonly id: string
  readonly title: string
  readonly sents: readonly string[]
}

interface Claim {
  readonly id: string
  readonly text: string
  readonly evidence: readonly { readonly doc: string | null; readonly sents: readonly number[] }[]
}

const read = <T>(name: string): T[] =>
  readFileSync(`${directory}/${name}.jsonl`, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as T)

const textOf = ({ title, sents }: Document) => `${title} ${sents.join(' ')}`

/** Normalised discounted cumulative gain of the first ten, linear gain as trec_eval has it. */
function ndcgAt10(ranked: readonly string[], relevant: ReadonlyMap<string, number>): number {
  const gain = (grades: readonly number[]) =>
    grades.slice(0, 10).reduce((total, grade, rank) => total + grade / Math.log2(rank + 2), 0)
  const ideal = [...relevant.values()].toSorted((a, b) => b - a)
  return gain(ranked.map((id) => relevant.get(id) ?? 0)) / gain(ideal)
}

/** Few places of a claim's vector are not zero: only those are multiplied. */
function nearest(vector: Float32Array, documents: readonly { id: string; vector: Float32Array }[]) {
  const places = [...vector.entries()].filter(([, value]) => value !== 0)
  return documents
    .map(({ id, vector: other }) => {
      const similarity = places.reduce((sum, [index, value]) => sum + value * other[index]!, 0)
      return { id, similarity }
    })
    .toSorted((a, b) => b.similarity - a.similarity)
    .slice(0, 10)
    .map(({ id }) => id)
}

if (!present) report(`skipped: no SciFact in ${directory}; name its directory in SCIFACT_DIR`)

describe.runIf(present)('on SciFact', () => {
  test('the embedder alone ranks with nDCG@10 of at least 0.56', () => {
    const documents = read<Document>('corpus').map((document) => ({
      id: document.id,
      vector: embed(textOf(document)),
    }))
    const relevant = new Map<string, Map<string, number>>()
    for (const { q, d, r } of read<{ q: string; d: string; r: number }>('qrels')) {
      relevant.set(q, (relevant.get(q) ?? new Map<string, number>()).set(d, r))
    }
    const claims = read<Claim>('queries').filter(({ id }) => relevant.has(id))
    const total = claims.reduce((sum, { id, text }) => {
      return sum + ndcgAt10(nearest(embed(text), documents), relevant.get(id)!)
    }, 0)
    const mean = total / claims.length
    report(`va-lexical-1 alone: nDCG@10 ${mean.toFixed(4)} over ${claims.length} claims`)
    expect(mean).toBeGreaterThan(0.56)
  })

  test('the answerer finds the evidence in the right document and none in others', () => {
    const documents = new Map(read<Document>('corpus').map((document) => [document.id, document]))
    const others = [...documents.values()]
    const count = { claims: 0, answered: 0, first: 0, answeredFromOther: 0 }
    for (const claim of read<Claim>('queries')) {
      const found = claim.evidence.find(({ doc, sents }) => doc !== null && sents.length > 0)
      const document = documents.get(found?.doc ?? '')
      if (!found || !document) continue
      count.claims++
      const [best] = findStatements([sourceOf(document)], claim.text)
      if (best) count.answered++
      if (best && evidenceOf(claim, document).some((one) => overlap(one, best.quote))) count.first++
      const other = others[(count.claims * 7919) % others.length]!
      if (findStatements([sourceOf(other)], claim.text).length > 0) count.answeredFromOther++
    }
    const share = (part: number) => (part / count.claims).toFixed(3)
    report(
      `va-extractive-1 over ${count.claims} claims: answered ${share(count.answered)}, ` +
        `evidence first ${share(count.first)}, answered from another ${share(count.answeredFromOther)}`,
    )
    expect(count.first / count.claims).toBeGreaterThan(0.5)
    expect(count.answered / count.claims).toBeGreaterThan(0.82)
    expect(count.answeredFromOther / count.claims).toBeLessThan(0.02)
  })
})

/** The sentences any annotator named; each set alone is evidence. */
function evidenceOf({ evidence }: Claim, document: Document): string[] {
  const sets = evidence.filter(({ doc }) => doc === document.id)
  return sets.flatMap(({ sents }) => sents.map((index) => document.sents[index]!.trim()))
}

/** Ours and theirs may differ in where a sentence ends. */
function overlap(one: string, other: string): boolean {
  return one.includes(other) || other.includes(one)
}

function sourceOf({ id, title, sents }: Document) {
  return { id, title, text: sents.join('\n\n') }
}
