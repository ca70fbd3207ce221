/**
 * A purse at work, for a session in a Durable Object: its calls reserve from slices of the tenant's
 * budget, so most of them ask nobody. What is held is held in memory; slices of an object that died
 * are let go of by the budget, which learns of the calls from the ledger.
 */
import { ProblemError } from '../../shared/errors.ts'
import { newId } from '../../shared/ids.ts'
import { type BudgetContext, reserveBudget, settleBudget } from './budget-client.ts'
import {
  EMPTY_PURSE,
  heldIn,
  hold,
  isStale,
  LAST_WORDS,
  leftIn,
  sharesOf,
  SLICE,
  spend,
  withSlice,
} from './purse.ts'

/** Where a call's money comes from. */
export interface Payer {
  /**
   * @param microDollars The most the call can cost.
   * @throws ProblemError budget_exceeded; dependency_down
   */
  hold(
    ctx: BudgetContext,
    callId: string,
    spender: string | null,
    microDollars: number,
  ): Promise<void>
  spend(ctx: BudgetContext, callId: string, microDollars: number): void
}

/** Milliseconds without a call after which the slices go back. Not much: the object waits for it. */
const QUIET_MS = 5000

export function createPurse() {
  let purse = EMPTY_PURSE
  /** Holds are taken one after another, so that two calls never extend for the same need. */
  let queue = Promise.resolve()
  let timer: ReturnType<typeof setTimeout> | undefined

  async function take(ctx: BudgetContext, ask: Taking): Promise<void> {
    const { callId, microDollars, isLast } = ask
    const now = ctx.now().getTime()
    if (isStale(purse, now) && heldIn(purse) === 0) giveBack(ctx)
    if (isStale(purse, now) || leftIn(purse, isLast) < microDollars) await extend(ctx, ask)
    purse = hold(purse, callId, microDollars)
  }

  /** A budget that has no slice left may still have enough for the call. */
  async function extend(ctx: BudgetContext, { spender, microDollars, isLast }: Taking) {
    const least = microDollars + (isLast ? 0 : LAST_WORDS)
    const sizes = [Math.max(SLICE, least), least, microDollars]
    for (const [index, size] of sizes.entries()) {
      const id = newId(ctx.now())
      try {
        await reserveBudget(ctx, { id, spender, microDollars: size })
        purse = withSlice(purse, { id, microDollars: size, since: ctx.now().getTime() })
        return
      } catch (error) {
        if (index === sizes.length - 1 || !isRefusal(error)) throw error
      }
    }
  }

  function giveBack(ctx: BudgetContext): void {
    const due = sharesOf(purse)
    purse = EMPTY_PURSE
    for (const { id, microDollars } of due) ctx.defer(settleBudget(ctx, id, microDollars))
  }

  /** @param isLast Whether the calls are of the session's last words. */
  return (isLast: boolean): Payer => ({
    hold(ctx, callId, spender, microDollars) {
      clearTimeout(timer)
      const taken = queue.then(() => take(ctx, { callId, spender, microDollars, isLast }))
      queue = taken.catch(() => undefined)
      return taken
    },
    spend(ctx, callId, microDollars) {
      purse = spend(purse, callId, microDollars)
      if (heldIn(purse) > 0) return
      clearTimeout(timer)
      timer = setTimeout(() => giveBack(ctx), QUIET_MS)
    },
  })
}

const isRefusal = (error: unknown) =>
  error instanceof ProblemError && error.code === 'budget_exceeded'

interface Taking {
  callId: string
  spender: string | null
  microDollars: number
  isLast: boolean
}
