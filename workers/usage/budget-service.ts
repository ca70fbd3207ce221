/** The limits administrators set. How they hold is book.ts. */
import { ProblemError } from '../../shared/errors.ts'
import { type BudgetContext, refreshBudget } from './budget-client.ts'
import * as store from './budget-store.ts'
import type { Budget, BudgetChange } from './schemas.ts'

export async function getBudget(ctx: BudgetContext): Promise<Budget> {
  const row = await store.findBudget(ctx)
  return row ? toBudget(row) : NO_BUDGET
}

const NO_BUDGET: Budget = {
  daily: null,
  monthly: null,
  userDaily: null,
  perCall: null,
  version: 0,
  updatedAt: null,
}

/** @throws ProblemError conflict when somebody else changed it meanwhile */
export async function putBudget(ctx: BudgetContext, change: BudgetChange): Promise<Budget> {
  const row = await store.saveBudget(ctx, change)
  if (!row) throw new ProblemError('conflict', 'The budget was changed meanwhile: read it again.')
  await refreshBudget(ctx)
  return toBudget(row)
}

function toBudget({ daily, monthly, userDaily, perCall, version, updatedAt }: store.BudgetRow) {
  return { daily, monthly, userDaily, perCall, version, updatedAt: updatedAt.toISOString() }
}
