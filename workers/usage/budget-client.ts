/** A tenant's Budget, as the meter asks it: a Durable Object of the identity Worker. */
import { eq } from 'drizzle-orm'
import type { WithEnv } from '../../shared/context.ts'
import { type DatabaseEnv, withTenant } from '../../shared/database.ts'
import { ProblemError } from '../../shared/errors.ts'
import type { Ask, LimitName, Verdict } from './book.ts'
import type { BudgetNews } from './schemas.ts'
import { budgets } from './tables.ts'

/** What `Budget` answers to. */
interface BudgetObject {
  reserve: (tenantId: string, ask: Ask) => Promise<Verdict>
  settle: (tenantId: string, id: string, microDollars: number) => Promise<void>
  refresh: (tenantId: string) => Promise<void>
  noteAnomaly: (anomaly: Extract<BudgetNews, { type: 'anomaly' }>) => Promise<void>
}

export interface BudgetEnv extends DatabaseEnv {
  readonly BUDGETS: { getByName: (name: string) => BudgetObject }
}
export type BudgetContext = WithEnv<BudgetEnv>

const objectOf = ({ env, tenantId }: BudgetContext) => env.BUDGETS.getByName(tenantId)

/** Milliseconds an isolate believes that a tenant has limits, or none. */
const FRESH_MS = 60_000
/** Tenants an isolate remembers; the oldest goes first. */
const MOST_KNOWN = 2000

type Known = { isLimited: Promise<boolean>; at: number }
const knowing = new WeakMap<BudgetEnv, Map<string, Known>>()

function knownOf(env: BudgetEnv): Map<string, Known> {
  const known = knowing.get(env) ?? new Map<string, Known>()
  knowing.set(env, known)
  return known
}

/**
 * Whether anything limits the tenant: without, its calls need no reservation.
 *
 * @throws ProblemError dependency_down when the database cannot be reached
 */
export function hasLimits(ctx: BudgetContext): Promise<boolean> {
  const known = knownOf(ctx.env)
  const { tenantId } = ctx
  const now = ctx.now().getTime()
  const found = known.get(tenantId)
  if (found && now - found.at < FRESH_MS) return found.isLimited
  known.delete(tenantId)
  const isLimited = readLimited(ctx)
  known.set(tenantId, { isLimited, at: now })
  isLimited.catch(() => known.delete(tenantId))
  const [oldest] = known.keys()
  if (known.size > MOST_KNOWN && oldest !== undefined) known.delete(oldest)
  return isLimited
}

async function readLimited(ctx: BudgetContext): Promise<boolean> {
  const [[row]] = await withTenant(ctx).batch((tx) => [
    tx.select().from(budgets).where(eq(budgets.tenantId, ctx.tenantId)),
  ])
  const { daily, monthly, userDaily, perCall } = row ?? {}
  return [daily, monthly, userDaily, perCall].some((limit) => typeof limit === 'number')
}

/**
 * Reserves what a call can cost at most. Fails closed: who has set a limit wants nothing spent that
 * was not held against it.
 *
 * @throws ProblemError budget_exceeded, naming the limit; dependency_down when the object is not there
 */
export async function reserveBudget(ctx: BudgetContext, ask: Ask): Promise<void> {
  const verdict = await objectOf(ctx)
    .reserve(ctx.tenantId, ask)
    .catch((cause: unknown) => {
      const detail =
        'The budget cannot be looked at, and nothing is spent without. Try again shortly.'
      throw new ProblemError('dependency_down', detail, { cause, retryAfterSeconds: 5 })
    })
  if (verdict.ok) return
  const { limit, microDollars, resetsAt } = verdict
  const members = { limit, limit_micro_dollars: microDollars, resets_at: resetsAt }
  throw new ProblemError('budget_exceeded', detailOf(limit, resetsAt), { members })
}

const NAMES: Readonly<Record<LimitName, string>> = {
  daily: 'The daily budget',
  monthly: 'The monthly budget',
  user_daily: 'Your daily budget',
  per_call: 'The budget of one call',
}

const detailOf = (limit: LimitName, resetsAt: string | null) =>
  resetsAt === null
    ? `${NAMES[limit]} does not cover this; ask for less, or an administrator to raise it.`
    : `${NAMES[limit]} leaves too little for this; it begins anew at ${resetsAt}.`

/** Not awaited by its caller: what is not settled is let go of after five minutes. */
export async function settleBudget(
  ctx: BudgetContext,
  id: string,
  microDollars: number,
): Promise<void> {
  try {
    await objectOf(ctx).settle(ctx.tenantId, id, microDollars)
  } catch (error) {
    ctx.log.error('a provider call was not settled with its budget', { call: id, error })
  }
}

/** After a change of the limits: here and in the object at once, in other isolates within a minute. */
export async function refreshBudget(ctx: BudgetContext): Promise<void> {
  knownOf(ctx.env).delete(ctx.tenantId)
  try {
    await objectOf(ctx).refresh(ctx.tenantId)
  } catch (error) {
    ctx.log.warn('a budget was not told of its new limits, and reads them within a minute', {
      error,
    })
  }
}
