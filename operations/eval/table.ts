/** What was measured, as a table, and what was promised of it. Pure. */

export interface Row {
  name: string
  ndcg: number
  recall: number
  /** Milliseconds of one question. */
  p50: number
  p95: number
}

export function renderTable(rows: readonly Row[]): string {
  const cells = rows.map(({ name, ndcg, recall, p50, p95 }) => [
    name,
    ndcg.toFixed(4),
    recall.toFixed(4),
    p50.toFixed(0),
    p95.toFixed(0),
  ])
  const head = ['Retriever', 'nDCG@10', 'Recall@10', 'p50 ms', 'p95 ms']
  const widths = head.map((title, at) =>
    Math.max(title.length, ...cells.map((row) => row[at]?.length ?? 0)),
  )
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join(' | ')} |`
  const rule = `| ${widths.map((width, at) => (at === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`
  return [line(head), rule, ...cells.map(line)].join('\n')
}

/** SciFact's bars: what the product promises of a whole collection with the offline models. */
const BARS = { keyword: 0.69, hybrid: 0.68, mostBelow: 0.015, leastAbovePeers: 0.05 }

/** @returns what is not as promised, in words */
export function shortfallsOf(keyword: Row, hybrid: Row, peers: readonly Row[]): string[] {
  const { ndcg: words } = keyword
  const { ndcg: joined } = hybrid
  const short: string[] = []
  const at = (value: number) => value.toFixed(4)
  if (words < BARS.keyword) short.push(`words have ${at(words)}, below ${BARS.keyword}`)
  if (joined < BARS.hybrid) short.push(`the joined search has ${at(joined)}, below ${BARS.hybrid}`)
  if (joined < words - BARS.mostBelow)
    short.push(`the joined search is ${at(words - joined)} below words alone`)
  for (const { name, ndcg } of peers)
    if (joined < ndcg + BARS.leastAbovePeers)
      short.push(`the joined search is ${at(joined - ndcg)} above ${name}`)
  return short
}
