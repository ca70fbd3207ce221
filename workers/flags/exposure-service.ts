/**
 * Exposures: that a unit is in an experiment and its hash put it there, told when the flag is evaluated by
 * itself. An answer to all flags tells none: what of it is used, a page reports.
 */
import type { Evaluation, Exposure } from './engine/run.ts'
import { enqueue, type ExposureEnv, type QueueContext } from './exposure-client.ts'
import { phaseOf } from './exposure-report.ts'
import type { Place } from './hub-client.ts'
import { type ExposureRow } from './schemas.ts'

/** Exposures an isolate remembers, so as to tell each once. */
const MOST = 10_000

const told = new WeakMap<ExposureEnv, Set<string>>()

/** Never throws, and waits for nothing. */
export function noteExposures(
  ctx: QueueContext,
  place: Place,
  { exposure, otherExposures }: Evaluation,
): void {
  if (!exposure && !otherExposures) return
  const all = [...(exposure ? [exposure] : []), ...(otherExposures ?? [])]
  const time = ctx.now().toISOString()
  tellExposures(
    ctx,
    place,
    all.filter(isCounted).map((one) => rowOf(one, time)),
  )
}

/** A variation that was forced is nobody's chance. */
const isCounted = ({ bucket }: Exposure): boolean => bucket !== undefined

/** Those the isolate told before are passed over. */
export function tellExposures(
  ctx: QueueContext,
  { tenantId, environment }: Place,
  rows: readonly ExposureRow[],
): void {
  const fresh = rows.filter((row) => isFresh(ctx, `${tenantId} ${environment} ${keyOf(row)}`))
  const repeated = rows.length - fresh.length
  if (repeated > 0)
    ctx.metrics.inc('voiceassist_exposures_total', { outcome: 'repeated' }, repeated)
  if (fresh.length > 0) {
    ctx.metrics.inc('voiceassist_exposures_total', { outcome: 'told' }, fresh.length)
    enqueue(ctx, [{ type: 'exposures', tenantId, environment, exposures: fresh }])
  }
}

/** With the variant: a unit that has two is to be known. */
const keyOf = ({ experiment, phase, unit, variant }: ExposureRow) =>
  JSON.stringify([experiment, phase, unit, variant])

function isFresh({ env }: QueueContext, key: string): boolean {
  const known = told.get(env) ?? new Set<string>()
  told.set(env, known)
  const isNew = !known.delete(key)
  known.add(key)
  const [oldest] = known.size > MOST ? known : []
  if (oldest !== undefined) known.delete(oldest)
  return isNew
}

function rowOf({ variation, hashValue }: Exposure, time: string): ExposureRow {
  const { experiment, key } = variation
  const phase = phaseOf(experiment)
  return { experiment: experiment.key, phase, unit: unitOf(hashValue), variant: key, time }
}

const unitOf = (value: unknown): string =>
  (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, 200)
