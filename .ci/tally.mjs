/**
 * Reads a vitest JSON report: prints passed, failed and skipped, and appends a line for each test
 * that failed to the file named last. A run that broke counts as a failure.
 */
import { appendFileSync, readFileSync } from 'node:fs'
import { relative } from 'node:path'

const [suite, path, status, failures] = process.argv.slice(2)

function read() {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    const nothing = { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, testResults: [] }
    return { ...nothing, broken: 'no report was written' }
  }
}

/** Test files that could not even be loaded have a message and no tests. */
function* failuresOf({ testResults, broken }) {
  if (broken) yield broken
  for (const { name, status: outcome, message, assertionResults } of testResults) {
    const file = relative(process.cwd(), name)
    const bad = assertionResults.filter((test) => test.status === 'failed')
    if (outcome === 'failed' && bad.length === 0) yield `${file}: ${firstLine(message)}`
    for (const { fullName, failureMessages } of bad) {
      yield `${file}: ${fullName}: ${firstLine(failureMessages[0] ?? '')}`
    }
  }
}

const firstLine = (text) => text.split('\n')[0]

const report = read()
const lines = [...failuresOf(report)]
const failed = Math.max(report.numFailedTests, lines.length, status === '0' ? 0 : 1)
if (failed > 0 && lines.length === 0) lines.push(`ended with status ${status}`)
appendFileSync(failures, lines.map((line) => `- ${suite}: ${line}\n`).join(''))
console.log(report.numPassedTests, failed, report.numPendingTests)
