/**
 * `npm run check`: everything that can be known without running the product. `--fix` mends what a
 * tool can mend and writes the generated files anew.
 */
import { spawnSync } from 'node:child_process'
import { asvsFaults } from './asvs.ts'
import { staleFiles, writeFiles } from './configuration.ts'

const fix = process.argv.includes('--fix')
const TYPES = [
  [
    'edge-env.d.ts',
    'EdgeEnv',
    ['wrangler.toml', 'wrangler.identity.toml', 'wrangler.indexer.toml'],
  ],
  ['identity-env.d.ts', 'IdentityEnv', ['wrangler.identity.toml']],
  ['indexer-env.d.ts', 'IndexerEnv', ['wrangler.indexer.toml', 'wrangler.identity.toml']],
] as const

function bindingTypes([file, name, configs]: (typeof TYPES)[number]): string[] {
  const flags = ['--include-runtime=false', '--strict-vars=false', `--env-interface=${name}`]
  const check = fix ? [] : ['--check']
  return [
    'wrangler',
    'types',
    file,
    ...configs.flatMap((config) => ['-c', config]),
    ...flags,
    ...check,
  ]
}

const COMMANDS: string[][] = [
  ...TYPES.map(bindingTypes),
  ['oxfmt', ...(fix ? [] : ['--check']), '.'],
  ['oxlint', '--type-aware', '--deny-warnings', ...(fix ? ['--fix'] : [])],
  ['tsc', '-b'],
  ['knip'],
]

const failures: string[] = []

if (fix) await writeFiles()
for (const file of await staleFiles()) {
  console.error(`${file} is stale: npm run fix`)
  failures.push(file)
}
for (const fault of await asvsFaults()) {
  console.error(`docs/security/asvs.csv: ${fault}`)
  failures.push('docs/security/asvs.csv')
}

for (const [command = '', ...args] of COMMANDS) {
  const started = performance.now()
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' })
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  console.log(
    `${status === 0 ? 'ok  ' : 'FAIL'} ${seconds.padStart(5)} s  ${command} ${args.join(' ')}`,
  )
  if (status === 0) continue
  failures.push(command)
  console.log(`${stdout}${stderr}`)
}

if (failures.length > 0) {
  console.error(`\nFailed: ${[...new Set(failures)].join(', ')}. Try npm run fix.`)
  process.exit(1)
}
