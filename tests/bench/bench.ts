/**
 * `npm run bench [-- --quick]`: CPU per request of the Workers as deployed, in microseconds and as a
 * multiple of a bare handler in the same run. Ratios hold on a shared machine, times do not; so it
 * fails only where a ratio is more than twice its bar. Needs Linux, for /proc.
 */
import { cpus, loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { cpuTimeOf } from './cpu.ts'
import { fire, type Target } from './load.ts'
import { type Row, rowsOf } from './rows.ts'
import { type Bench, startBench } from './stack.ts'

const { values } = parseArgs({ options: { quick: { type: 'boolean', default: false } } })
const PLAN = values.quick ? { scale: 0.5, rounds: 3 } : { scale: 1, rounds: 5 }

interface Measured {
  row: Row
  /** CPU microseconds per request, one per round. */
  costs: number[]
  /** The same in bare handlers of that round. */
  ratios: number[]
  perSecond: number
}

async function measure(bench: Bench, rows: Row[]): Promise<Measured[]> {
  const bare: Row = {
    name: 'bare handler',
    target: { url: bench.bare, status: 200, shot: () => ({}) },
    requests: 6000 * PLAN.scale,
  }
  const all = [bare, ...rows].map((row): Measured => {
    return { row, costs: [], ratios: [], perSecond: 0 }
  })
  for (const { row } of all) await cost(bench.pid, row.target, row.requests)
  for (let round = 0; round < PLAN.rounds; round++) {
    let unit = 1
    for (const measured of all) {
      const { row } = measured
      const { micros, perSecond } = await cost(bench.pid, row.target, row.requests)
      if (row === bare) unit = micros
      measured.costs.push(micros)
      measured.ratios.push(micros / unit)
      measured.perSecond = Math.max(measured.perSecond, perSecond)
    }
  }
  return all
}

async function cost(pid: number, target: Target, requests: number) {
  const before = cpuTimeOf(pid)
  const seconds = await fire(target, requests)
  return { micros: (cpuTimeOf(pid) - before) / requests, perSecond: requests / seconds }
}

const median = (numbers: number[]) =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN

/** @returns the rows that cost more than twice what they may */
function report(all: Measured[]): string[] {
  const failed: string[] = []
  console.log(`${'CPU per request'.padEnd(36)}      µs   x bare    bar    req/s`)
  for (const { row, costs, ratios, perSecond } of all) {
    const ratio = median(ratios)
    const { name, bar } = row
    const cells = [
      median(costs).toFixed(0),
      ratio.toFixed(2),
      bar?.toFixed(1) ?? '',
      perSecond.toFixed(0),
    ]
    const [micros = '', times = '', limit = '', rate = ''] = cells
    const verdict = bar === undefined || ratio <= bar ? '' : '  above the bar'
    console.log(
      `${name.padEnd(36)}${micros.padStart(8)}${times.padStart(9)}${limit.padStart(7)}${rate.padStart(9)}${verdict}`,
    )
    if (bar !== undefined && ratio > 2 * bar) failed.push(name)
  }
  return failed
}

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
const bench = await startBench()
try {
  const rows = await rowsOf(bench, PLAN.scale, PLAN.rounds)
  const failed = report(await measure(bench, rows))
  console.log(describeMachine())
  if (failed.length > 0) {
    console.error(`More than twice the bar: ${failed.join(', ')}.`)
    process.exitCode = 1
  }
} finally {
  await bench.close()
}
