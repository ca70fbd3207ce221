/** Finds flags' names in source text: as a quoted text, which is how every client asks for one. */
import { open, readdir } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'

export interface Reference {
  flag: string
  path: string
  /** From 1. */
  line: number
}

/** Made, fetched, or not code. */
const SKIPPED = new Set(['node_modules', 'dist', 'build', 'target', 'vendor', '__pycache__'])

/** Larger files are made by programs. */
const MOST_BYTES = 1024 * 1024

const QUOTED = /(["'`])([a-z][a-z0-9._-]{0,99})\1/g

/** In the order of their places; a name twice on a line is one. */
export function referencesIn(text: string, path: string, names: ReadonlySet<string>): Reference[] {
  return text.split('\n').flatMap((content, index) => {
    const found = new Set([...content.matchAll(QUOTED)].map(([, , name = '']) => name))
    return [...found]
      .filter((name) => names.has(name))
      .map((flag) => ({ flag, path, line: index + 1 }))
  })
}

/** @param root Folders whose names begin with a dot, and links, are not looked into */
export async function findReferences(root: string, names: readonly string[]): Promise<Reference[]> {
  const known = new Set(names)
  const found: Reference[] = []
  for await (const file of filesIn(root)) {
    const text = await readText(file)
    const path = relative(root, file).split(sep).join('/')
    if (text !== undefined) found.push(...referencesIn(text, path, known))
  }
  return found
}

async function* filesIn(folder: string): AsyncGenerator<string> {
  const entries = await readdir(folder, { withFileTypes: true })
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name)
    if (entry.isFile()) yield path
    else if (entry.isDirectory() && !SKIPPED.has(entry.name) && !entry.name.startsWith('.')) {
      yield* filesIn(path)
    }
  }
}

/** @returns undefined for what is too large, or no text */
async function readText(path: string): Promise<string | undefined> {
  await using file = await open(path)
  if ((await file.stat()).size > MOST_BYTES) return undefined
  const bytes = await file.readFile()
  return bytes.includes(0) ? undefined : bytes.toString('utf8')
}

/**
 * Of a JSON list of names, or of a page of flags as the API lists them.
 *
 * @throws Error for anything else
 */
export function namesIn(json: string): string[] {
  const parsed: unknown = JSON.parse(json)
  const items: unknown = Array.isArray(parsed) ? parsed : Object(parsed).items
  if (!Array.isArray(items)) throw new Error('The file has no list of flags.')
  return items.map((item: unknown) => {
    const name: unknown = typeof item === 'string' ? item : Object(item).name
    if (typeof name !== 'string') throw new Error('The list has something that is no flag.')
    return name
  })
}
