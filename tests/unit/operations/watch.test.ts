/** `wrangler dev` builds a Worker again when something in its `watch_dir` changes, and only then. */
import { readFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { expect, test } from 'vitest'
import { unstable_readConfig } from 'wrangler'
import { WORKERS } from '../../../operations/bundle.ts'

test.each(WORKERS)('every source of the $worker Worker is watched', async ({ config }) => {
  const { main, build } = unstable_readConfig({ config }, { hideWarnings: true })
  const watched = [build.watch_dir ?? []].flat()
  const sources = await sourcesOf(main ?? '')
  expect(sources.length).toBeGreaterThan(20)
  expect(sources.filter((source) => !watched.some((path) => isIn(path, source)))).toEqual([])
})

const isIn = (path: string, source: string) => source === path || source.startsWith(`${path}/`)

/** What a bundle is made of: a file and all it imports, by paths from here. Types do not count. */
async function sourcesOf(path: string, found = new Set<string>()): Promise<string[]> {
  const source = relative(process.cwd(), path)
  if (found.has(source)) return [...found]
  found.add(source)
  const text = await readFile(path, 'utf8')
  const imports = text.matchAll(/^(?:import|export)(?! type )[^;'"]*?'(\.{1,2}\/[^']+\.ts)'/gm)
  for (const [, target = ''] of imports) await sourcesOf(join(dirname(path), target), found)
  return [...found]
}
