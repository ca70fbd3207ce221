/**
 * `npm run bench:flags`: nanoseconds of processor time per evaluation in workerd, of the engine and of
 * GrowthBook's SDK in turns. The ratio holds on a shared machine, the time does not. Needs Linux, for /proc.
 */
import { join } from 'node:path'
import { build } from 'esbuild'
import { convertV4MiniflareOptions, Miniflare } from 'miniflare'
import { childNamed, cpuTimeOf } from './cpu.ts'
import { CONTEXTS, FLAG_KEYS } from './flag-set.ts'

const ROUNDS = { engine: 100, growthbook: 25 }
const TURNS = 9
const PER_ROUND = CONTEXTS.length * FLAG_KEYS.length

const BARS = { nanoseconds: 300, ratio: 4, bytes: 14_000 }

const bundle = async (entry: string) => {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, entry)],
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'esnext',
    define: { 'process.env.NODE_ENV': '"production"' },
    write: false,
  })
  return outputFiles[0]?.text ?? ''
}

type Candidate = keyof typeof ROUNDS

async function measure(url: URL, pid: number, name: Candidate) {
  const before = cpuTimeOf(pid)
  const response = await fetch(new URL(`/${name}/${ROUNDS[name]}`, url))
  const counts = await response.text()
  const nanoseconds = ((cpuTimeOf(pid) - before) * 1000) / (ROUNDS[name] * PER_ROUND)
  return { counts, nanoseconds }
}

/** @param values An odd number of them. */
const median = (values: number[]) =>
  values.toSorted((a, b) => a - b)[(values.length - 1) / 2] ?? Number.NaN

if (process.platform !== 'linux') {
  console.log('Skipped: CPU time is read from /proc, which only Linux has.')
  process.exit(0)
}
const worker = {
  name: 'flags',
  modules: [
    { type: 'ESModule' as const, path: 'flags.mjs', contents: await bundle('flags-worker.ts') },
  ],
  compatibilityDate: '2026-11-01',
  unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }],
}
const miniflare = new Miniflare(convertV4MiniflareOptions({ workers: [worker] }))
try {
  const url = await miniflare.unsafeGetDirectURL('flags')
  const pid = childNamed('workerd')
  const turns = []
  for (let turn = 0; turn <= TURNS; turn++) {
    const engine = await measure(url, pid, 'engine')
    const growthbook = await measure(url, pid, 'growthbook')
    if (engine.counts !== growthbook.counts) {
      throw new Error(`Not the same values: ${engine.counts} and ${growthbook.counts}`)
    }
    // The first turn is for the compiler.
    if (turn > 0) turns.push({ engine: engine.nanoseconds, growthbook: growthbook.nanoseconds })
  }
  const engine = median(turns.map((turn) => turn.engine))
  const growthbook = median(turns.map((turn) => turn.growthbook))
  const ratio = median(turns.map((turn) => turn.growthbook / turn.engine))
  const { length } = await bundle('../../workers/flags/engine/snapshot.ts')
  console.log(`${FLAG_KEYS.length} flags, ${CONTEXTS.length} contexts, median of ${TURNS} turns`)
  console.log(`engine      ${engine.toFixed(0)} ns per evaluation, bar ${BARS.nanoseconds}`)
  console.log(
    `GrowthBook  ${growthbook.toFixed(0)} ns, ${ratio.toFixed(1)} times the engine's, bar ${BARS.ratio}`,
  )
  console.log(`engine      ${length} bytes minified, bar ${BARS.bytes}`)
  if (ratio < BARS.ratio || length > BARS.bytes) process.exitCode = 1
} finally {
  await miniflare.dispose()
}
