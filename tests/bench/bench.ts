/**
 * `npm run bench [-- --quick]`: CPU per request of the Workers as deployed, in microseconds and as a
 * multiple of a bare handler in the same run. Ratios hold on a shared machine, times do not; so it
 * fails only where a ratio is more than twice its bar. Needs Linux, for /proc.
 */
import { cpus, loadavg } from 'node:os'
import { setTimeout } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { buildAssets } from '../../operations/build.ts'
import { cpuTimeOf } from './cpu.ts'
import { fire } from './load.ts'
import { bareRow, type Row, rowsOf } from './rows.ts'
import { startBench } from './stack.ts'

const { values } = parseArgs({ options: { quick: { type: 'boolean', default: false } } })
const PLAN = values.quick ? { scale: 0.5, rounds: 3 } : { scale: 1, rounds: 5 }

interface Measured {
  row: Row
  /** CPU microseconds per request in its best round: a busy neighbour only ever adds. */
  micros: number
  perSecond: number
}

/**
 * Before every row the bare handler is measured too, so that both saw the same minute of a machine
 * which others use.
 */
async function measure(pid: number, bare: Row, rows: Row[]): Promise<Measured[]> {
  const start = (row: Row) => ({ row, micros: Number.POSITIVE_INFINITY, perSecond: 0 })
  const [unit, all] = [start(bare), rows.map(start)]
  for (const row of [bare, ...rows]) await cost(pid, row)
  for (let round = 0; round < PLAN.rounds; round++) {
    for (const measured of all.flatMap((row) => [unit, row])) {
      const { micros, perSecond } = await cost(pid, measured.row)
      measured.micros = Math.min(measured.micros, micros)
      measured.perSecond = Math.max(measured.perSecond, perSecond)
    }
  }
  return [unit, ...all]
}

/** What the row before left to do after its answers must not be counted here. */
const SETTLE_MS = 300

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
  const unit = all[0]?.micros ?? Number.NaN
  console.log(lineOf('CPU per request', 'µs', 'x bare', 'bar', 'req/s'))
  for (const { row, micros, perSecond } of all) {
    const { name, bar } = row
    const ratio = micros / unit
    const cells = [micros.toFixed(0), ratio.toFixed(2), bar?.toFixed(1) ?? '', perSecond.toFixed(0)]
    const verdict = bar === undefined || ratio <= bar ? '' : '  above the bar'
    console.log(lineOf(name, ...cells) + verdict)
    if (bar !== undefined && ratio > 2 * bar) failed.push(name)
  }
  return failed
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
const bench = await startBench()
try {
  const rows = await rowsOf(bench, PLAN.scale)
  const failed = report(await measure(bench.pid, bareRow(bench, PLAN.scale), rows))
  console.log(describeMachine())
  if (failed.length > 0) {
    console.error(`More than twice the bar: ${failed.join(', ')}.`)
    process.exitCode = 1
  }
} finally {
  await bench.close()
}
