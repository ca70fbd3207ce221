/** Between OFREP and the engine: a request's context as attributes, an evaluation as the protocol answers it. */
import type { Evaluation, EvaluationContext } from './engine/run.ts'
import type { EvaluationRequest, EvaluationResponse } from './schemas.ts'

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
  if (value === null) return { key, reason }
  return { key, reason, value, ...(variant !== undefined && { variant }) }
}
