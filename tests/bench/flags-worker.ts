/** The engine and GrowthBook's SDK in one Worker: `GET /engine/10` evaluates the reference set ten times. */
import { GrowthBookClient } from '@growthbook/growthbook'
import { compileSnapshot, evaluate } from '../../workers/flags/engine/snapshot.ts'
import { CONTEXTS, FLAG_KEYS, PAYLOAD } from './flag-set.ts'

type Context = (typeof CONTEXTS)[number]

const snapshot = compileSnapshot(PAYLOAD)
const client = new GrowthBookClient().initSync({ payload: PAYLOAD as never })

const candidates: Readonly<Record<string, (key: string, context: Context) => unknown>> = {
  engine: (key, context) => evaluate(snapshot, key, context).value,
  growthbook: (key, context) => client.evalFeature(key, context).value,
}

/** How often each value was given: what both must agree on, and what no compiler may leave out. */
function count(rounds: number, valueOf: (key: string, context: Context) => unknown) {
  const values = new Map<unknown, number>()
  for (let round = 0; round < rounds; round++) {
    for (const context of CONTEXTS) {
      for (const key of FLAG_KEYS) {
        const value = valueOf(key, context)
        if (round === 0) values.set(value, (values.get(value) ?? 0) + 1)
      }
    }
  }
  return Object.fromEntries([...values].map(([value, times]) => [String(value), times]))
}

export default {
  fetch(request) {
    const [, name = '', rounds] = new URL(request.url).pathname.split('/')
    const valueOf = candidates[name]
    return valueOf
      ? Response.json(count(Number(rounds), valueOf))
      : new Response('', { status: 404 })
  },
} satisfies ExportedHandler
