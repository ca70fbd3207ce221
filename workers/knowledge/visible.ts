/** What of a Markdown file is seen by who reads it: not its comments, and not what its HTML hides. */

const FENCE = /^ {0,3}(?:```|~~~)/
/** Bounded, so that a file made of openings costs no more than its length. */
const HIDDEN =
  /<(\w{1,20})\b[^<>]{0,300}(?:\shidden\b|display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0|opacity\s*:\s*0)[^<>]{0,300}>[^<]{0,5000}<\/\1>/gi

/** What stands in a block of code is seen as it is. */
export function visibleMarkdown(text: string): string {
  const kept: string[] = []
  let [prose, fenced] = ['', false]
  const flush = () => {
    kept.push(shown(prose))
    prose = ''
  }
  for (const line of text.split(/(?<=\n)/)) {
    const isFence = FENCE.test(line)
    if (isFence) flush()
    if (isFence || fenced) kept.push(line)
    else prose += line
    if (isFence) fenced = !fenced
  }
  flush()
  return kept.join('')
}

function shown(prose: string): string {
  const parts: string[] = []
  let from = 0
  for (let at = prose.indexOf('<!--'); at !== -1; at = prose.indexOf('<!--', from)) {
    const end = prose.indexOf('-->', at + 4)
    if (end === -1) break
    parts.push(prose.slice(from, at))
    from = end + 3
  }
  return [...parts, prose.slice(from)].join('').replace(HIDDEN, '')
}
