/**
 * The bad twin of va-extractive-1, for tests of those who check citations: it quotes words no
 * source has and sources nobody gave. Pure and deterministic.
 */
import { findStatements, markOf } from './answer.ts'
import type { Source } from './prompt.ts'

/**
 * The honest statements, the first of them once more with its quote altered, once with an id that
 * no source has, and a claim without any mark.
 */
export function inventAnswer(sources: readonly Source[], question: string): string {
  const honest = findStatements(sources, question)
  const first = honest[0] ?? {
    text: 'The answer is well known.',
    id: sources[0]?.id ?? 'none',
    quote: 'it is well known',
  }
  const altered = `${first.quote.slice(0, -1)} without exception`
  return [
    ...honest.map(({ text, id, quote }) => `${text} ${markOf(id, quote)}`),
    `This holds without exception. ${markOf(first.id, altered)}`,
    `Other sources agree. ${markOf(unusedId(sources), first.quote)}`,
    'Everybody says so.',
  ].join(' ')
}

function unusedId(sources: readonly Source[]): string {
  let id = 'zz00'
  while (sources.some((source) => source.id === id)) id += '0'
  return id
}
