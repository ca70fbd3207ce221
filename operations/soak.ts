/**
 * `npm run test:soak`: the long proofs, whole. Every suite reads SOAK and then takes its full
 * number of rounds instead of a sample; the result stands in docs/operations/soak.md.
 */
import { spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'

interface Report {
  numPassedTests: number
  numFailedTests: number
  testResults: { assertionResults: { fullName: string; status: string; duration?: number }[] }[]
}

const folder = await mkdtemp(join(tmpdir(), 'voiceassist-soak-'))
const output = join(folder, 'report.json')
const projects = ['node', 'conformance', 'driver', 'e2e', 'workerd', 'metrics'].flatMap((name) => [
  '--project',
  name,
])
/** Of the node project only what has more rounds to run. */
const files = [
  'tests/conformance',
  'tests/e2e',
  'tests/http/knowledge-kills',
  'tests/http/knowledge-races',
  'tests/http/usage-ledger',
  'tests/unit/experiments/simulation',
  'tests/unit/voice/races',
  'tests/unit/voice/speech',
  'tests/worker/flag-relays',
  'tests/worker/metrics',
]
const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${output}`]
const started = performance.now()

const { status } = spawnSync('vitest', ['run', ...projects, ...reporters, ...files], {
  stdio: 'inherit',
  env: { ...process.env, SOAK: '1' },
})

const report: Report = JSON.parse(await readFile(output, 'utf8'))
const minutes = ((performance.now() - started) / 60_000).toFixed(1)
const rows = report.testResults
  .flatMap(({ assertionResults }) => assertionResults)
  .toSorted((a, b) => (b.duration ?? 0) - (a.duration ?? 0))
  .slice(0, 20)
  .map(({ fullName, status: result, duration = 0 }) => {
    return `| ${fullName.trim()} | ${result} | ${(duration / 1000).toFixed(1)} |`
  })

const text = [
  '# Long proofs',
  '',
  `Last run of \`npm run test:soak\`: ${new Date().toISOString().slice(0, 10)}, ${cpus().length} cores, ${minutes} minutes,`,
  `${report.numPassedTests} passed, ${report.numFailedTests} failed. The longest:`,
  '',
  '| Test | Result | Seconds |',
  '| --- | --- | --- |',
  ...rows,
  '',
].join('\n')
await writeFile(join(import.meta.dirname, '../docs/operations/soak.md'), text)
await rm(folder, { recursive: true, force: true })
process.exitCode = status ?? 1
