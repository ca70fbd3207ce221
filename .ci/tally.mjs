/**
 * Reads the JSON report of a vitest run, and that of its failed files run once more when there is one.
 * Prints passed, failed and skipped; appends a line for each test that failed to the file `failures`,
 * and for each that passed only at the second time to the file `unsteady`. A run that broke counts as
 * a failure.
 *
 *   node .ci/tally.mjs SUITE FAILURES UNSTEADY REPORT STATUS [REPORT STATUS]
 *   node .ci/tally.mjs --failed REPORT   prints the paths of files in which something failed
 */
import { appendFileSync, readFileSync } from 'node:fs'
import { relative } from 'node:path'

/** When more than these failed it was no bad luck. */
const MOST_AGAIN = 6

function read(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    const nothing = { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, testResults: [] }
    return { ...nothing, broken: 'no report was written' }
  }
}

const failedFiles = ({ testResults }) =>
  testResults.filter(({ status }) => status === 'failed').map(({ name }) => fileOf(name))

const fileOf = (name) => relative(process.cwd(), name)

/** Test files that could not even be loaded have a message and no tests. */
function* failuresOf({ testResults, broken }) {
  if (broken) yield broken
  for (const { name, status: outcome, message, assertionResults } of testResults) {
    const file = fileOf(name)
    const bad = assertionResults.filter((test) => test.status === 'failed')
    if (outcome === 'failed' && bad.length === 0) yield `${file}: ${firstLine(message)}`
    for (const { fullName, failureMessages } of bad) {
      yield `${file}: ${fullName}: ${firstLine(failureMessages[0] ?? '')}`
    }
  }
}

const firstLine = (text) => text.split('\n')[0]

/** @returns tests that passed, failed and were skipped, and what failed */
function resultOf(path, status) {
  const report = read(path)
  const lines = [...failuresOf(report)]
  const failed = Math.max(report.numFailedTests, lines.length, status === '0' ? 0 : 1)
  if (failed > 0 && lines.length === 0) lines.push(`ended with status ${status}`)
  return { passed: report.numPassedTests, failed, skipped: report.numPendingTests, lines }
}

function tally([suite, failures, unsteady, path, status, againPath, againStatus]) {
  const write = (file, lines) =>
    appendFileSync(file, lines.map((line) => `- ${suite}: ${line}\n`).join(''))
  const first = resultOf(path, status)
  const again = againPath && resultOf(againPath, againStatus)
  if (again) write(unsteady, first.lines)
  const { failed, lines } = again || first
  write(failures, lines)
  console.log(first.passed + Math.max(0, first.failed - failed), failed, first.skipped)
}

const [command, ...rest] = process.argv.slice(2)
if (command === '--failed') {
  const files = failedFiles(read(rest[0]))
  if (files.length <= MOST_AGAIN) console.log(files.join('\n'))
} else {
  tally([command, ...rest])
}
