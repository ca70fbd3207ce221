/** Test projects, from the quick ones that need nothing but Node to those that start the stack. */
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { cloudflareTest } from '@cloudflare/vitest-plugin'
import { defineConfig } from 'vitest/config'

/** Tests of the database driver alone. */
const DRIVER = 'tests/conformance/neon*.test.ts'
declare module 'vitest' {
  interface ProvidedContext {
    soak: boolean
  }
}

/** Outside of workerd: the base class of what the identity Worker offers by RPC. */
const platform = {
  alias: { 'cloudflare:workers': join(import.meta.dirname, 'tests/http/entrypoints.ts') },
}

const slow = { testTimeout: 120_000, hookTimeout: 240_000 }

/** The edge in workerd. The other two Workers are only names here: no test of it calls them. */
const edge = cloudflareTest(({ inject }) => ({
  wrangler: { configPath: './wrangler.toml' },
  miniflare: {
    bindings: inject('workerSettings'),
    workers: [
      {
        name: 'voiceassist-identity',
        modules: true,
        script: entrypoint('Identity') + METRICS_SHARD + BUDGET,
        durableObjects: {
          METRICS: { className: 'MetricsShard', useSQLite: true },
          BUDGETS: { className: 'Budget', useSQLite: true },
        },
      },
      { name: 'voiceassist-indexer', modules: true, script: entrypoint('Indexer') },
    ],
  },
}))

const entrypoint = (name: string) =>
  `import { WorkerEntrypoint } from 'cloudflare:workers'
   export class ${name} extends WorkerEntrypoint {}
   export default {}`

/** Takes what the edge counts, and keeps nothing. */
const METRICS_SHARD = `
   import { DurableObject } from 'cloudflare:workers'
   export class MetricsShard extends DurableObject { add() { return 'applied' } }`

/** Nobody there has limits, so it is never asked. */
const BUDGET = `
   export class Budget extends DurableObject {}`

/** A tenant's budget by itself, in workerd with its own storage. */
const budget = cloudflareTest(({ inject }) => ({
  main: './durable-objects/budget.ts',
  miniflare: {
    compatibilityDate: '2026-11-01',
    compatibilityFlags: ['nodejs_compat'],
    bindings: {
      ...inject('workerSettings'),
      ENABLE_METRICS: 'false',
      PUBLIC_URL: 'https://voice.example',
    },
    durableObjects: { BUDGETS: { className: 'Budget', useSQLite: true } },
    queueProducers: { AUDIT_EVENTS: 'audit', ERROR_REPORTS: 'errors', MAIL: 'mail' },
  },
}))

/** The metrics object by itself, in workerd with its own storage. */
const shard = cloudflareTest({
  main: './durable-objects/metrics-shard.ts',
  miniflare: {
    compatibilityDate: '2026-11-01',
    compatibilityFlags: ['nodejs_compat'],
    durableObjects: { METRICS: { className: 'MetricsShard', useSQLite: true } },
  },
})

export default defineConfig({
  test: {
    silent: 'passed-only',
    // Two more than cores: somebody always waits.
    maxWorkers: availableParallelism() + 2,
    projects: [
      {
        resolve: platform,
        test: {
          name: 'node',
          // Most of a file's time is loading the same modules; what they keep, they keep by `env`.
          isolate: false,
          globalSetup: ['tests/http/global-setup.ts'],
          include: ['tests/{unit,http}/**/*.test.ts'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        resolve: platform,
        test: {
          name: 'conformance',
          isolate: false,
          include: ['tests/conformance/**/*.test.ts'],
          exclude: [DRIVER],
          globalSetup: ['tests/http/global-setup.ts'],
          ...slow,
        },
      },
      {
        // By itself, for drizzle changes the driver's parsers for the whole process.
        test: {
          name: 'driver',
          include: [DRIVER],
          globalSetup: ['tests/http/global-setup.ts'],
          ...slow,
        },
      },
      {
        plugins: [edge],
        test: {
          name: 'workerd',
          // One workerd for all files: each has sessions, tenants and keys of its own.
          isolate: false,
          include: ['tests/worker/*.test.ts'],
          globalSetup: ['tests/worker/global-setup.ts'],
          // Inside workerd there is no environment to read it from.
          provide: { soak: process.env['SOAK'] === '1' },
          ...slow,
        },
      },
      {
        plugins: [budget],
        test: {
          name: 'budget',
          include: ['tests/worker/budget/*.test.ts'],
          globalSetup: ['tests/worker/global-setup.ts'],
          ...slow,
        },
      },
      {
        plugins: [shard],
        test: {
          name: 'metrics',
          include: ['tests/worker/metrics/*.test.ts'],
          // Inside workerd there is no environment to read it from.
          provide: { soak: process.env['SOAK'] === '1' },
          ...slow,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['tests/e2e/**/*.test.ts'],
          fileParallelism: false,
          ...slow,
        },
      },
      {
        test: {
          name: 'browser',
          include: ['tests/browser/**/*.test.ts'],
          globalSetup: ['tests/browser/global-setup.ts'],
          fileParallelism: false,
          ...slow,
        },
      },
    ],
  },
})
