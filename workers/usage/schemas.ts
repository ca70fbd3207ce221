/** Usage as the queue `usage` carries it, and budgets over HTTP. Reports are report-schemas.ts. */
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

/** What those who may change a tenant's budget are told by mail. */
export type BudgetNews = { tenantId: string } & (
  | {
      type: 'share'
      limit: 'daily' | 'monthly'
      percent: 50 | 75 | 90 | 100
      spent: number
      microDollars: number
    }
  | {
      type: 'anomaly'
      /** When it began, RFC 3339. */
      hour: string
      microDollars: number
      /** The median of the same hour of the fortnight before. */
      usual: number
    }
)

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
