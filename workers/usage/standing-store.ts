/** What a tenant may spend and has spent, as its budget's object reads it: as the role auth_user. */
import { sql } from 'drizzle-orm'
import { callAcrossTenants, type DatabaseEnv } from '../../shared/database.ts'
import type { Limits, Spent } from './book.ts'

/** Bigints arrive as text. */
type Row = Record<'daily' | 'monthly' | 'user_daily' | 'per_call', string | null> & {
  spent_day: string
  spent_month: string
  spenders: Record<string, number>
}

export interface Standing {
  limits: Limits
  spent: Spent
}

/**
 * Undefined where nothing limits the tenant.
 *
 * @throws ProblemError dependency_down when the database cannot be reached
 */
export async function readStanding(
  env: DatabaseEnv,
  tenantId: string,
  now: Date,
): Promise<Standing | undefined> {
  const today = now.toISOString().slice(0, 10)
  const [day, month] = [`${today}T00:00:00Z`, `${today.slice(0, 7)}-01T00:00:00Z`]
  const [row] = await callAcrossTenants<Row>(
    env,
    sql`select * from auth.budget_standing(${tenantId}, ${day}::timestamptz, ${month}::timestamptz)`,
  )
  if (!row) return undefined
  const limitOf = (value: string | null) => (value === null ? null : Number(value))
  return {
    limits: {
      daily: limitOf(row.daily),
      monthly: limitOf(row.monthly),
      userDaily: limitOf(row.user_daily),
      perCall: limitOf(row.per_call),
    },
    spent: {
      today,
      day: Number(row.spent_day),
      month: Number(row.spent_month),
      spenders: row.spenders,
    },
  }
}
