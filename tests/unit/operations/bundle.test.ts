import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  type Bundle,
  buildWorker,
  faultsOf,
  packagesOf,
  WORKERS,
  type WorkerRule,
} from '../../../operations/bundle.ts'

const ruleOf = (name: string) => WORKERS.find(({ worker }) => worker === name)!
const bundle = (gzip: number, ...names: string[]): Bundle => {
  return { bytes: gzip * 3, gzip, packages: Object.fromEntries(names.map((name) => [name, 2048])) }
}

test('Workers are deployed before those that call them', () => {
  expect(WORKERS.map(({ worker }) => worker)).toEqual(['identity', 'indexer', 'edge'])
})

test.each(['better-auth', '@better-auth/core', 'better-call', 'unpdf', 'pdfjs', 'pdfjs-dist'])(
  'the edge may not contain %s',
  (name) => {
    expect(faultsOf(ruleOf('edge'), bundle(1, 'hono', name))).toEqual([
      `The edge Worker contains ${name}: ` +
        'sign-in belongs to the identity Worker and parsing to the indexer.',
    ])
  },
)

test.each(['hono', 'jose', 'better-auth-like', 'my-unpdf', 'openai'])(
  'the edge may contain %s',
  (name) => {
    expect(faultsOf(ruleOf('edge'), bundle(1, name))).toEqual([])
  },
)

test.each([
  ['edge', 500],
  ['identity', 600],
])('the %s Worker may have %i KiB and not a byte more', (name, kib) => {
  expect(faultsOf(ruleOf(name), bundle(kib * 1024, 'zod'))).toEqual([])
  expect(faultsOf(ruleOf(name), bundle(kib * 1024 + 1, 'zod'))).toEqual([
    `The ${name} Worker has ${kib + 1} KiB gzipped, and may have ${kib}. ` +
      'Heaviest, in KiB before compression: zod 2.',
  ])
})

test('a copy inside another package counts as the package it is a copy of', () => {
  const inputs = {
    'workers/edge.ts': { bytesInOutput: 10 },
    'node_modules/hono/dist/hono.js': { bytesInOutput: 5 },
    'node_modules/hono/dist/context.js': { bytesInOutput: 6 },
    'node_modules/@hono/zod-openapi/node_modules/unpdf/a.js': { bytesInOutput: 7 },
    '../node_modules/@better-auth/core/b.js': { bytesInOutput: 8 },
  }
  expect(packagesOf({ outputs: { 'edge.js': { inputs } } })).toEqual({
    '.': 10,
    hono: 11,
    unpdf: 7,
    '@better-auth/core': 8,
  })
})

/** A Worker of two lines, built by the real wrangler inside this checkout, where packages resolve. */
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(import.meta.dirname, '../../../.bundle-test-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function buildFrom(source: string): Promise<Bundle> {
  const config = join(folder, 'wrangler.toml')
  await writeFile(join(folder, 'worker.ts'), source)
  await writeFile(
    config,
    'name = "probe"\nmain = "worker.ts"\ncompatibility_date = "2026-11-01"\n[env.staging]\n',
  )
  return buildWorker(config, 'staging')
}

test('what an import imports is found in a real build', { timeout: 60_000 }, async () => {
  await writeFile(join(folder, 'innocent.ts'), `export { getDocumentProxy } from 'unpdf'`)
  const built = await buildFrom(
    `import { getDocumentProxy } from './innocent.ts'
     export default { fetch: () => new Response(String(getDocumentProxy)) }`,
  )
  expect(built.bytes).toBeGreaterThan(built.gzip)
  const probe: WorkerRule = { ...ruleOf('edge'), worker: 'probe', maxGzip: 100 }
  expect(faultsOf(probe, built)).toEqual([
    expect.stringMatching(/^The probe Worker contains unpdf: /),
    expect.stringMatching(/^The probe Worker has \d+ KiB gzipped, and may have 1\. .*unpdf/),
  ])
})

test(
  'a Worker that does not build is reported in wrangler’s words',
  { timeout: 60_000 },
  async () => {
    await expect(buildFrom(`import './nowhere.ts'`)).rejects.toThrow(
      /does not build:[\s\S]*Could not resolve "\.\/nowhere\.ts"/,
    )
  },
)
