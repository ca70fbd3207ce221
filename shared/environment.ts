/** The environments a tenant's flags have values in, and its keys are for: how they are named. */
import { z } from '@hono/zod-openapi'
import type { Caller } from './context.ts'

export const EnvironmentName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,39}$/, 'must be at most 40 lower-case letters, digits and dashes')
  .openapi({ example: 'production' })

/** Whatever names none is meant for this one. */
export const DEFAULT_ENVIRONMENT = 'production'

/** The environment whose flags the caller reads: the key's own, and the default for people. */
export const environmentOf = ({ actor }: Pick<Caller, 'actor'>): string =>
  (actor.type === 'key' ? actor.environment : undefined) ?? DEFAULT_ENVIRONMENT
