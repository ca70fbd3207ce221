/** An alias that no longer meets an import does nothing at all, and nobody is told. */
import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { unstable_readConfig } from 'wrangler'
import { WORKERS } from '../../../operations/bundle.ts'

/** Who imports the aliased path, in these words. */
const IMPORTERS: Record<string, readonly string[]> = {
  '../locales/index.js': ['zod/v4/core/index.js', 'zod/v4/classic/external.js'],
}

test.each(WORKERS)('what the $worker Worker replaces is imported in these words', async (rule) => {
  const { alias = {} } = unstable_readConfig({ config: rule.config }, { hideWarnings: true })
  expect(Object.keys(alias)).toContain('../locales/index.js')
  for (const path of Object.keys(alias)) {
    const importers = IMPORTERS[path] ?? []
    expect(importers).not.toEqual([])
    for (const importer of importers) {
      expect(await readFile(`node_modules/${importer}`, 'utf8')).toMatch(`from "${path}"`)
    }
  }
})
