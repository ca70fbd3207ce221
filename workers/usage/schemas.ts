/** Usage and budgets as they travel: through the queue `usage`, and over HTTP. */
import { z } from '@hono/zod-openapi'
import { PURPOSES } from '../../shared/metric-labels.ts'

export type { ModelPrice } from '../../shared/model-price.ts'

const count = z.int().min(0).max(2_147_483_647)
const name = z.string().min(1).max(255)

/** One provider call, as it is queued and stored. */
export const UsageMessage = z.strictObject({
  /** Unique: the same call delivered twice is written once. */
  id: z.uuid(),
  /** When it ended. */
  at: z.iso.datetime({ precision: 3 }),
  tenantId: name,
  provider: name,
  model: name,
  purpose: z.enum(PURPOSES),
  /** `POST /api/ask`, or the job. */
  endpoint: name,
  userId: name.nullable(),
  keyId: name.nullable(),
  /** The answer, message or voice session it was made for. */
  subjectId: name.nullable(),
  requestId: name,
  units: z.strictObject({
    input: count,
    cachedInput: count,
    output: count,
    audioInput: count,
    audioOutput: count,
    audioMs: count,
    characters: count,
  }),
  microDollars: z.int().min(0),
  priceVersion: name,
  /** Counted by us, for the provider did not say. */
  estimated: z.boolean(),
})
export type UsageMessage = z.infer<typeof UsageMessage>

/** Whole micro-dollars; null is no limit. */
const limit = z.int().min(0).max(1_000_000_000_000).nullable()
const limits = { daily: limit, monthly: limit, userDaily: limit, perCall: limit }

export const BudgetChange = z
  .strictObject({
    ...limits,
    /** Of the budget as it was read; one that was changed since is not overwritten. */
    version: z.int().min(0),
  })
  .openapi('BudgetChange', {
    example: {
      daily: 20_000_000,
      monthly: 500_000_000,
      userDaily: null,
      perCall: null,
      version: 0,
    },
  })
export type BudgetChange = z.infer<typeof BudgetChange>

export const Budget = z
  .object({
    ...limits,
    /** 0 while there never was one. */
    version: z.int(),
    updatedAt: z.iso.datetime().nullable(),
  })
  .openapi('Budget')
export type Budget = z.infer<typeof Budget>

export const Dimension = z.enum(['day', 'user', 'key', 'model', 'purpose', 'endpoint'])
export type Dimension = z.infer<typeof Dimension>

const DAY_MS = 86_400_000
const MOST_DAYS = 400

export const UsageQuery = z
  .object({
    by: Dimension.default('day'),
    /** From the beginning of this day (UTC) on. */
    from: z.iso.date(),
    /** To the end of this one. */
    to: z.iso.date(),
  })
  .refine(({ from, to }) => from <= to, { path: ['to'], message: 'must not be before `from`' })
  .refine(({ from, to }) => (Date.parse(to) - Date.parse(from)) / DAY_MS < MOST_DAYS, {
    path: ['from'],
    message: `must be at most ${MOST_DAYS} days before \`to\``,
  })
export type UsageQuery = z.output<typeof UsageQuery>

export const UsageReport = z
  .object({
    microDollars: z.int(),
    calls: z.int(),
    /** At most 500; the dearest first, days in their order. */
    items: z.array(
      z.object({
        /** A day, an id, a name; null for work of nobody's, or of who has left. */
        key: z.string().nullable(),
        microDollars: z.int(),
        calls: z.int(),
        inputTokens: z.int(),
        outputTokens: z.int(),
      }),
    ),
  })
  .openapi('UsageReport')
export type UsageReport = z.infer<typeof UsageReport>

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

export const CallQuery = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(50),
  cursor: z.uuid('must be a cursor this API gave').optional(),
})
export type CallQuery = z.output<typeof CallQuery>

export const CallPage = z
  .object({
    items: z.array(UsageMessage.omit({ tenantId: true }).strip().openapi('ProviderCall')),
    nextCursor: z.string().nullable(),
  })
  .openapi('ProviderCallPage')
export type CallPage = z.infer<typeof CallPage>
