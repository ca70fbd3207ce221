/** A report of a failure as it travels through the queue `errors`, and the answer of a test report. */
import { z } from '@hono/zod-openapi'

const Data = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]))

export const ErrorMessage = z.object({
  id: z.string().regex(/^[0-9a-f]{32}$/),
  at: z.int(),
  message: z.string(),
  exceptions: z.array(z.object({ type: z.string(), value: z.string(), stack: z.string() })),
  tags: z.record(z.string(), z.string()),
  extra: Data,
  breadcrumbs: z.array(
    z.object({
      at: z.int(),
      level: z.enum(['debug', 'info', 'warn', 'error']),
      message: z.string(),
      data: Data,
    }),
  ),
  request: z
    .object({
      method: z.string(),
      url: z.string(),
      query: z.string(),
      headers: z.record(z.string(), z.string()),
    })
    .optional(),
})

export const TestReport = z
  .object({
    /** Whether failures are reported at all: SENTRY_DSN is set. */
    configured: z.boolean(),
    /** Whether the test event was taken. */
    sent: z.boolean(),
    /** Its id there; null when it was not taken. */
    eventId: z.string().nullable(),
  })
  .openapi('TestReport')
export type TestReport = z.infer<typeof TestReport>
