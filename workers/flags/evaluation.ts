import { admitSnapshot } from './engine/admission.ts'
/**
 * Between flags as they are stored and OFREP, and the engine in the middle: a stored flag as the payload
 * it is compiled from, a request's context as attributes, an evaluation as the protocol answers it.
 */
import type { Feature } from './engine/payload.ts'
import type { Evaluation, EvaluationContext } from './engine/run.ts'
import type { Snapshot } from './engine/snapshot.ts'
import type { EvaluationRequest, EvaluationResponse, Flag } from './schemas.ts'

export function compileFlag(flag: Flag): Snapshot {
  return admitSnapshot({ features: { [flag.name]: featureOf(flag) } })
}

/** A flag that is off has no value, for the engine as for every GrowthBook SDK. */
const featureOf = ({ enabled, defaultValue }: Flag): Feature => (enabled ? { defaultValue } : {})

/** The targeting key is what rules and rollouts know as `id`, unless the context has one of its own. */
export function contextOf({ context }: EvaluationRequest): EvaluationContext {
  const { targetingKey } = context
  return { attributes: targetingKey === undefined ? context : { id: targetingKey, ...context } }
}

/** Without a value there is no variant either: both are then those of the code that asks. */
export function responseOf(
  key: string,
  { value, variant, reason }: Evaluation,
): EvaluationResponse {
  if (typeof value !== 'boolean') return { key, reason }
  return { key, reason, value, ...(variant !== undefined && { variant }) }
}
