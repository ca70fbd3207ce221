/**
 * Reads the prompt of a question over documents: `<source id title page>` blocks and a last line
 * `Question: …`. Pure. What is answered is decided in answer.ts.
 */

export interface Source {
  readonly id: string
  readonly title: string
  /** Exactly the text between the tags; quotes are slices of it. */
  readonly text: string
}

const SOURCE = /<source((?:\s+\w+="[^"]*")*)\s*>\r?\n?([\s\S]*?)\r?\n?<\/source>/gu

/** The source blocks of a text in order; a block without an id is not one. */
export function readSources(text: string): Source[] {
  return [...text.matchAll(SOURCE)].flatMap(([, attributes = '', content = '']) => {
    const id = attribute(attributes, 'id')
    return id ? [{ id, title: attribute(attributes, 'title'), text: content }] : []
  })
}

function attribute(attributes: string, name: string): string {
  return new RegExp(`\\s${name}="([^"]*)"`, 'u').exec(attributes)?.[1] ?? ''
}

/** What follows the last `Question:` line outside the sources, or else all that is outside them. */
export function readQuestion(text: string): string {
  const spoken = text.replaceAll(SOURCE, '\n')
  const asked = [...spoken.matchAll(/^Question:(.*)$/gmu)].at(-1)
  return (asked ? spoken.slice(asked.index + 'Question:'.length) : spoken).trim()
}
