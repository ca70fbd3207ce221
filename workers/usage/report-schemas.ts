/** What administrators ask of the ledger and get, over HTTP. Money in micro-dollars, days are UTC's. */
import { z } from '@hono/zod-openapi'
import { PURPOSES } from '../../shared/metric-labels.ts'
import { UsageMessage } from './schemas.ts'

/** Properties of calls that sums are made by; `query` is the answer, message or voice session. */
export const PROPERTIES = ['user', 'key', 'model', 'purpose', 'endpoint', 'query'] as const
export type Property = (typeof PROPERTIES)[number]

const text = z.string().min(1).max(255)

const filters = {
  user: text.optional(),
  key: text.optional(),
  model: text.optional(),
  purpose: z.enum(PURPOSES).optional(),
  endpoint: text.optional(),
  /** Id of an answer, a message or a voice session. */
  query: text.optional(),
}

const range = {
  /** From the beginning of this day (UTC) on. */
  from: z.iso.date(),
  /** To the end of this one. */
  to: z.iso.date(),
}

const DAY_MS = 86_400_000
const MOST_DAYS = 400

interface Range {
  from: string
  to: string
}

const ranged = <Shape extends z.ZodType<Range>>(shape: Shape) =>
  shape
    .refine(({ from, to }) => from <= to, { path: ['to'], message: 'must not be before `from`' })
    .refine(({ from, to }) => (Date.parse(to) - Date.parse(from)) / DAY_MS < MOST_DAYS, {
      path: ['from'],
      message: `must be at most ${MOST_DAYS} days before \`to\``,
    })

export const TenantUsageQuery = ranged(z.object(range))
export type TenantUsageQuery = z.output<typeof TenantUsageQuery>

export const UsageQuery = ranged(
  z.object({ by: z.enum(['day', ...PROPERTIES]).default('day'), ...range, ...filters }),
)
export type UsageQuery = z.output<typeof UsageQuery>

export const UsageDaysQuery = ranged(
  z.object({ by: z.enum(PROPERTIES).default('model'), ...range, ...filters }),
)
export type UsageDaysQuery = z.output<typeof UsageDaysQuery>

export const UsageExportQuery = ranged(
  z.object({ format: z.enum(['jsonl', 'csv']).default('jsonl'), ...range, ...filters }),
)
export type UsageExportQuery = z.output<typeof UsageExportQuery>

/** What a report, a list or an export is narrowed down to. */
export type UsageFilter = Partial<z.output<z.ZodObject<typeof filters>>>

export const UsageReport = z
  .object({
    microDollars: z.int(),
    calls: z.int(),
    /** At most 500; the dearest first, days in their order. */
    items: z.array(
      z.object({
        /** A day, an id, a name; null for work of nobody's, or of who has left. */
        key: z.string().nullable(),
        /** A user's name; null for what has none. */
        label: z.string().nullable(),
        microDollars: z.int(),
        calls: z.int(),
        inputTokens: z.int(),
        outputTokens: z.int(),
      }),
    ),
  })
  .openapi('UsageReport')
export type UsageReport = z.infer<typeof UsageReport>

export const UsageDays = z
  .object({
    /** The four dearest of the range and, last, all others together, if there are any. */
    parts: z.array(
      z.object({
        key: z.string().nullable(),
        label: z.string().nullable(),
        /** Whether it is all others. */
        isRest: z.boolean(),
      }),
    ),
    /** Days with anything, in their order. */
    days: z.array(
      z.object({
        day: z.iso.date(),
        /** In the order of `parts`. */
        microDollars: z.array(z.int()),
      }),
    ),
  })
  .openapi('UsageDays')
export type UsageDays = z.infer<typeof UsageDays>

export const UsageSummary = z
  .object({
    today: z.int(),
    month: z.int(),
    /** The month at the pace so far; null in its first hour. */
    projected: z.int().nullable(),
    /** Hours of the last day that cost more than three times what the same hour usually does. */
    anomalies: z.array(z.object({ hour: z.iso.datetime(), microDollars: z.int(), usual: z.int() })),
  })
  .openapi('UsageSummary')
export type UsageSummary = z.infer<typeof UsageSummary>

const isRange = ({ from, to }: { from?: string | undefined; to?: string | undefined }) =>
  from === undefined || to === undefined || from <= to

export const CallQuery = z
  .object({
    limit: z.coerce.number().int().min(1).max(100).default(50),
    cursor: z.uuid('must be a cursor this API gave').optional(),
    from: range.from.optional(),
    to: range.to.optional(),
    ...filters,
  })
  .refine(isRange, { path: ['to'], message: 'must not be before `from`' })
export type CallQuery = z.output<typeof CallQuery>

/** A row of the ledger. */
export const ProviderCall = UsageMessage.omit({ tenantId: true }).strip().openapi('ProviderCall')
export type ProviderCall = z.infer<typeof ProviderCall>

export const CallPage = z
  .object({ items: z.array(ProviderCall), nextCursor: z.string().nullable() })
  .openapi('ProviderCallPage')
export type CallPage = z.infer<typeof CallPage>
