/**
 * `npm run bench [-- --quick]`: CPU per request of the Workers as deployed, in microseconds and as a
 * multiple of a bare handler in the same run. Ratios hold on a shared machine, times do not; so it
 * fails only where a ratio is more than twice its bar. Needs Linux, for /proc.
 */
import { cpus, loadavg } from 'node:os'
import { setTimeout } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { buildAssets } from '../../operations/build.ts'
import { cpuTimeOf, median, SETTLE_MS } from './cpu.ts'
import { measureAudit, measureSignIn, measureTokens } from './identity.ts'
import { indexPdf } from './indexing.ts'
import { fire } from './load.ts'
import {
  authorize,
  bareRow,
  FRESH,
  GUARDED,
  guardedRow,
  type Row,
  rowsOf,
  UNGUARDED,
} from './rows.ts'
import { SETTINGS, startBench } from './stack.ts'
import { measureStartUp } from './start-up.ts'
import { startObserved, TELEMETRY } from './telemetry.ts'

const { values: options } = parseArgs({ options: { quick: { type: 'boolean', default: false } } })
const PLAN = options.quick ? { scale: 0.5, rounds: 5 } : { scale: 1, rounds: 9 }

/** Mostly times of the clock or of the CPU and no ratios, so held loosely. */
const MOST = {
  pdfSeconds: 10,
  signInHashes: 1.3,
  auditMillis: 0.5,
  startUpMillis: 300,
  guardMicros: 200,
  verifyMicros: 150,
  hitMicros: 5,
}

interface Measured {
  row: Row
  /** CPU microseconds per request, the median of all rounds. */
  micros: number
  /** Median of the rounds' ratios to the bare handler. */
  ratio: number
  perSecond: number
}

/**
 * In every round the bare handler is measured before and after the row, and the row is compared
 * with these two alone: the ratio of one minute holds on a machine whose next minute is others'.
 */
async function measure(pid: number, bare: Row, rows: Row[]): Promise<Measured[]> {
  const all: Measured[] = []
  for (const row of rows) {
    await cost(pid, bare)
    await cost(pid, row)
    const rounds = []
    let before = await cost(pid, bare)
    for (let round = 0; round < PLAN.rounds; round++) {
      const own = await cost(pid, row)
      const after = await cost(pid, bare)
      rounds.push({ ...own, unit: (before.micros + after.micros) / 2 })
      before = after
    }
    const micros = median(rounds.map((round) => round.micros))
    const ratio = median(rounds.map((round) => round.micros / round.unit))
    const perSecond = median(rounds.map((round) => round.perSecond))
    all.push({ row, micros, ratio, perSecond })
  }
  return all
}

async function cost(pid: number, { aim, requests }: Row) {
  const target = await aim()
  await setTimeout(SETTLE_MS)
  const before = cpuTimeOf(pid)
  const seconds = await fire(target, requests)
  return { micros: (cpuTimeOf(pid) - before) / requests, perSecond: requests / seconds }
}

/** @returns the rows that cost more than twice what they may */
function report(all: Measured[]): string[] {
  const failed: string[] = []
  console.log(lineOf('CPU per request', 'µs', 'x bare', 'bar', 'req/s'))
  for (const { row, micros, ratio, perSecond } of all) {
    const { name, bar } = row
    const cells = [micros.toFixed(0), ratio.toFixed(2), bar?.toFixed(1) ?? '', perSecond.toFixed(0)]
    const verdict = bar === undefined || ratio <= bar ? '' : '  above the bar'
    console.log(lineOf(name, ...cells) + verdict)
    if (bar !== undefined && ratio > 2 * bar) failed.push(name)
  }
  return failed
}

function hold(failed: string[], name: string, value: number, bar: number): void {
  console.log(lineOf(name, '', value.toFixed(2), bar.toFixed(1)))
  if (value > 2 * bar) failed.push(name)
}

/** Everything without telemetry. @returns the guarded row */
async function measurePlain(failed: string[]): Promise<Measured> {
  const bench = await startBench()
  try {
    const rows = await rowsOf(bench, PLAN.scale)
    const measured = await measure(bench.pid, bareRow(bench, PLAN.scale), rows)
    failed.push(...report(measured))
    const guardMicros = apart(rowNamed(measured, FRESH), rowNamed(measured, UNGUARDED))
    hold(failed, 'guard, fresh token, µs more', guardMicros, MOST.guardMicros)
    const { verifyMicros, hitMicros } = await measureTokens(bench)
    hold(failed, 'check of a token, µs', verifyMicros, MOST.verifyMicros)
    hold(failed, 'check of a token seen before, µs', hitMicros, MOST.hitMicros)
    const { millis, hashes } = await measureSignIn(bench)
    console.log(lineOf('sign-in, ms of CPU', '', millis.toFixed(0)))
    hold(failed, 'sign-in, in hashes', hashes, MOST.signInHashes)
    hold(failed, 'audit entry of a batch, ms of CPU', await measureAudit(bench), MOST.auditMillis)
    const seconds = await indexPdf(bench, await authorize(bench))
    hold(failed, 'PDF of 100 pages searchable, s', seconds, MOST.pdfSeconds)
    return rowNamed(measured, GUARDED)
  } finally {
    await bench.close()
  }
}

function rowNamed(measured: Measured[], name: string): Measured {
  const found = measured.find(({ row }) => row.name === name)
  if (found) return found
  throw new Error(`The row was not measured: ${name}.`)
}

/** Microseconds between two rows of a run, both taken against the bare handler beside them. */
const apart = (one: Measured, other: Measured) =>
  (one.ratio - other.ratio) * (other.micros / other.ratio)

/** Microseconds that telemetry adds to a guarded request; both are compared with the bare handler of their run. */
async function addedBy(sampled: string, plain: Measured): Promise<number> {
  const { bench: observed, close } = await startObserved(sampled)
  try {
    const row = guardedRow(observed, PLAN.scale)
    const [seen] = await measure(observed.pid, bareRow(observed, PLAN.scale), [row])
    return seen ? apart(seen, plain) : Number.NaN
  } finally {
    await close()
  }
}

const lineOf = (name: string, ...cells: string[]) =>
  name.padEnd(36) + cells.map((cell) => cell.padStart(8)).join('')

function describeMachine(): string {
  const [first] = cpus()
  const load = loadavg().map((value) => value.toFixed(1))
  return `${cpus().length} x ${first?.model ?? 'unknown CPU'}, load ${load.join(' ')}, Node ${process.version}`
}

if (process.platform !== 'linux') {
  console.log('Skipped: CPU time is read from /proc, which only Linux has.')
  process.exit(0)
}
console.log(describeMachine())
await buildAssets()
const failed: string[] = []
// First, while no other workerd runs here.
const startUp = await measureStartUp(SETTINGS)
const plain = await measurePlain(failed)
hold(failed, 'start of identity, ms of CPU', startUp, MOST.startUpMillis)
for (const { name, ratio, most } of TELEMETRY) hold(failed, name, await addedBy(ratio, plain), most)
console.log(describeMachine())
if (failed.length > 0) {
  console.error(`More than twice the bar: ${failed.join(', ')}.`)
  process.exitCode = 1
}
