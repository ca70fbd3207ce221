/**
 * Flag evaluation: a pure function from a flag to a value and the reason for it, in OpenFeature's
 * terms. Loading and caching flags is service.ts's work.
 */
import type { Flag } from './schemas.ts'

export type Evaluation =
  /** Switched off: there is no value, the default in the caller's own code applies. */
  | { reason: 'DISABLED' }
  /** The same for everybody: the flag has no rules. */
  | { reason: 'STATIC'; value: boolean; variant: 'on' | 'off' }

export function evaluate({ enabled, defaultValue }: Pick<Flag, 'enabled' | 'defaultValue'>) {
  if (!enabled) return { reason: 'DISABLED' } satisfies Evaluation
  const variant = defaultValue ? 'on' : 'off'
  return { reason: 'STATIC', value: defaultValue, variant } satisfies Evaluation
}
