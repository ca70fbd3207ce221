/** Health as probes and load balancers read it. */
import { z } from '@hono/zod-openapi'

export const Health = z
  .object({ status: z.literal('healthy'), timestamp: z.iso.datetime(), version: z.string() })
  .openapi('Health')

export const Liveness = z.object({ status: z.literal('alive') }).openapi('Liveness')

export const Readiness = z
  .object({
    status: z.enum(['ready', 'not_ready']),
    timestamp: z.iso.datetime(),
    /** `qdrant` is another name for `vector`, kept for probes that look for it. */
    checks: z.object({
      database: z.boolean(),
      redis: z.boolean(),
      vector: z.boolean(),
      qdrant: z.boolean(),
      r2: z.boolean(),
      identity: z.boolean(),
    }),
  })
  .openapi('Readiness')
export type Readiness = z.infer<typeof Readiness>
