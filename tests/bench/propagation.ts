/**
 * `npm run bench:propagation`: milliseconds from the answer to a change of a flag to its value in clients,
 * in one workerd: OpenFeature's web SDK, GrowthBook's SDK, and two hundred plain listeners. Fails when an
 * event is lost, or a time is more than twice its bar.
 */
import { cpus, loadavg } from 'node:os'
import { setTimeout } from 'node:timers/promises'
import { GrowthBook, setPolyfills } from '@growthbook/growthbook'
import { OFREPWebProvider } from '@openfeature/ofrep-web-provider'
import { OpenFeature, ProviderEvents } from '@openfeature/web-sdk'
import { EventSource } from 'eventsource'
import { buildAssets } from '../../operations/build.ts'
import { authorize } from './rows.ts'
import { type Bench, post, startBench } from './stack.ts'

const LISTENERS = 200
const CHANGES = 40
const FLAG = 'propagated'

/** Milliseconds. */
const BARS = { web: { p50: 80, p99: 150 }, growthbook: { p99: 50 }, last: 200 }

const quantile = (values: number[], share: number) =>
  values.toSorted((a, b) => a - b)[
    Math.min(values.length - 1, Math.floor(values.length * share))
  ] ?? Number.NaN

/** When each value of the flag was first seen. */
type Seen = Map<number, number>

const note = (seen: Seen, value: unknown) => {
  if (typeof value === 'number' && !seen.has(value)) seen.set(value, performance.now())
}

async function clientKeyOf({ edge }: Bench, authorization: string): Promise<string> {
  const given = { name: 'Bench', kind: 'client' }
  const response = await post(`${edge}/api/admin/api-keys`, given, { authorization })
  return String(Object(await response.json()).key)
}

async function openWeb({ edge }: Bench, key: string): Promise<Seen> {
  const seen: Seen = new Map()
  const headers: [string, string][] = [['X-API-Key', key]]
  const provider = new OFREPWebProvider({ baseUrl: edge, headers, cacheMode: 'disabled' })
  const client = OpenFeature.getClient()
  client.addHandler(ProviderEvents.ConfigurationChanged, () => {
    note(seen, client.getNumberValue(FLAG, -1))
  })
  // Its optional members may be undefined, which the SDK's type does not say.
  await OpenFeature.setProviderAndWait(provider as never)
  return seen
}

async function openGrowthBook({ edge }: Bench, clientKey: string) {
  const seen: Seen = new Map()
  const growthbook = new GrowthBook({ apiHost: edge, clientKey })
  growthbook.setRenderer(() => note(seen, growthbook.getFeatureValue<number>(FLAG, -1)))
  await growthbook.init({ streaming: true, timeout: 5000 })
  return { seen, growthbook }
}

/** Listens to the payloads, as GrowthBook's SDKs do; each is its own connection. */
function listen({ edge }: Bench, clientKey: string) {
  const seen: Seen = new Map()
  const source = new EventSource(`${edge}/sub/${clientKey}`)
  source.addEventListener('features', ({ data }) => {
    note(seen, Object(JSON.parse(String(data))).features[FLAG]?.defaultValue)
  })
  const opened = new Promise((resolve) => source.addEventListener('open', resolve))
  return { seen, source, opened }
}

function report(name: string, times: number[], bars: { p50?: number; p99?: number }): boolean {
  const [p50, p99] = [quantile(times, 0.5), quantile(times, 0.99)]
  const bar = [bars.p50 && `p50 ${bars.p50}`, bars.p99 && `p99 ${bars.p99}`]
    .filter(Boolean)
    .join(', ')
  console.log(
    `${name.padEnd(28)} p50 ${p50.toFixed(0).padStart(5)} ms  p99 ${p99.toFixed(0).padStart(5)} ms  bar ${bar}`,
  )
  return p50 <= 2 * (bars.p50 ?? Infinity) && p99 <= 2 * (bars.p99 ?? Infinity)
}

async function measure(bench: Bench): Promise<boolean> {
  const flags = `${bench.edge}/api/admin/feature-flags`
  const flag = { name: FLAG, enabled: true, type: 'number', defaultValue: 0, clientVisible: true }
  const authorization = await authorize(bench)
  await post(flags, flag, { authorization })
  const key = await clientKeyOf(bench, authorization)
  const web = await openWeb(bench, key)
  const { seen: evaluated, growthbook } = await openGrowthBook(bench, key)
  const listeners = Array.from({ length: LISTENERS }, () => listen(bench, key))
  await Promise.all(listeners.map(({ opened }) => opened))
  await setTimeout(1000)

  const stored: number[] = []
  /** When the change was answered, by its value. */
  const changed: Seen = new Map()
  for (let value = 1; value <= CHANGES; value++) {
    const headers = { authorization: await authorize(bench), 'content-type': 'application/json' }
    const body = JSON.stringify({ defaultValue: value })
    const began = performance.now()
    const answered = await fetch(`${flags}/${FLAG}`, { method: 'PATCH', headers, body })
    if (!answered.ok) throw new Error(await answered.text())
    note(changed, value)
    stored.push(performance.now() - began)
    await setTimeout(250)
  }
  await setTimeout(1000)

  const timesOf = (seen: Seen) =>
    [...seen].flatMap(([value, at]) => (changed.has(value) ? [at - (changed.get(value) ?? 0)] : []))
  const perChange = [...changed.keys()].map((value) =>
    Math.max(
      ...listeners.map(({ seen }) => (seen.get(value) ?? Infinity) - (changed.get(value) ?? 0)),
    ),
  )
  const lost = [web, evaluated, ...listeners.map(({ seen }) => seen)]
    .map((seen) => [...changed.keys()].filter((value) => !seen.has(value)).length)
    .reduce((sum, count) => sum + count, 0)
  const load = loadavg().map((value) => value.toFixed(1))
  console.log(`${CHANGES} changes, ${LISTENERS} listeners and two SDKs in one process`)
  console.log(`${cpus().length} cores, load ${load.join(' ')}`)
  report('the request itself', stored, {})
  const isFast = [
    report('OFREP web client', timesOf(web), BARS.web),
    report('GrowthBook SDK', timesOf(evaluated), BARS.growthbook),
    report(`last of ${LISTENERS}`, perChange, { p50: BARS.last }),
  ].every(Boolean)
  console.log(`lost                         ${lost}`)
  for (const { source } of listeners) source.close()
  growthbook.destroy({ destroyAllStreams: true })
  await OpenFeature.clearProviders()
  return isFast && lost === 0
}

Object.assign(globalThis, { EventSource })
setPolyfills({ EventSource })
await buildAssets()
const bench = await startBench()
try {
  if (!(await measure(bench))) process.exitCode = 1
} finally {
  await bench.close()
}
