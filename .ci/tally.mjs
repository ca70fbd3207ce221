/** Reads a vitest JSON report: prints passed, failed and skipped; a run that broke counts as a failure. */
import { readFileSync } from 'node:fs'

const [path, status] = process.argv.slice(2)

function read() {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0 }
  }
}

const { numPassedTests, numFailedTests, numPendingTests } = read()
const failed = numFailedTests === 0 && status !== '0' ? 1 : numFailedTests
console.log(numPassedTests, failed, numPendingTests)
