/**
 * Keeps a few of the contexts that flags are evaluated for, in the environment's hub: what a change would
 * do is tried on them. Attributes stay what rules ask about, as far as they name nobody.
 */
import { redact } from '../../shared/redact.ts'
import { type HubContext, hubOf, type Place } from './hub-client.ts'

/** Milliseconds between two contexts that one isolate keeps of an environment. */
const APART_MS = 500
/** Contexts that travel together, and how long the first of them waits. */
const TOGETHER = 20
const PATIENCE_MS = 10_000

interface Buffer {
  nextAt: number
  since: number
  samples: string[]
}

/** Of each isolate's environments. */
const buffers = new WeakMap<object, Map<string, Buffer>>()

/** Never waits, and loses what an isolate that ends still has. */
export function noteContext(
  ctx: HubContext,
  place: Place,
  context: Readonly<Record<string, unknown>>,
): void {
  const now = ctx.now().getTime()
  const buffer = bufferOf(ctx, place, now)
  if (now < buffer.nextAt) return
  buffer.nextAt = now + APART_MS
  const sample = sampleOf(context)
  if (sample !== undefined) buffer.samples.push(sample)
  if (buffer.samples.length < TOGETHER && now - buffer.since < PATIENCE_MS) return
  buffer.since = now
  const samples = buffer.samples.splice(0)
  if (samples.length === 0) return
  const kept = hubOf(ctx.env, place).noteContexts(place, samples)
  ctx.defer(kept.catch((error: unknown) => ctx.log.warn('contexts were not kept', { error })))
}

function bufferOf({ env }: HubContext, { tenantId, environment }: Place, now: number): Buffer {
  const all = buffers.get(env) ?? new Map<string, Buffer>()
  buffers.set(env, all)
  const key = `${tenantId}:${environment}`
  const known = all.get(key)
  if (known) return known
  // The first is sent at once: what is asked seldom is asked in isolates that soon end.
  const buffer = { nextAt: 0, since: now - PATIENCE_MS, samples: [] }
  if (all.size >= 1000) all.clear()
  all.set(key, buffer)
  return buffer
}

/** Characters of a context that is kept. */
const LONGEST = 2048

const ADDRESS = /^[^@\s]{1,64}@([^@\s]{1,253})$/

/**
 * An address of mail keeps its domain; numbers of telephones and cards, keys and tokens go.
 *
 * @returns JSON text; undefined for a context that is too long
 */
function sampleOf(context: Readonly<Record<string, unknown>>): string | undefined {
  const text = JSON.stringify(context, (key, value: unknown) => {
    const domain = typeof value === 'string' ? ADDRESS.exec(value)?.[1] : undefined
    return domain ? `*@${domain}` : redact(key, value)
  })
  return text.length <= LONGEST ? text : undefined
}
