/** Steps of journeys in the database: migrations/0028_journeys.sql. */
import { sql } from 'drizzle-orm'
import { callAcrossTenants, type DatabaseEnv } from '../../shared/database.ts'
import { JOURNEYS } from '../../shared/metric-labels.ts'
import type { Reached } from './journeys.ts'
import type { Journey, Step } from './rum-schemas.ts'

export interface StepRow {
  journey: Journey
  step: Step
  /** A digest of who it was, in hexadecimal; it is hashed again with the day's salt before it is kept. */
  visitor: string
  /** ISO 8601. */
  at: string
}

/** Keeps the first time of each visitor, step and day. @throws ProblemError dependency_down */
export const appendSteps = (env: DatabaseEnv, rows: readonly StepRow[]) =>
  callAcrossTenants(env, sql`select journey_append(${JSON.stringify(rows)}::jsonb)`)

/** @param since YYYY-MM-DD @throws ProblemError dependency_down */
export async function findReached(env: DatabaseEnv, since: string): Promise<Reached[]> {
  const rows = await callAcrossTenants<Record<keyof Reached, string | number>>(
    env,
    sql`select day::text, journey, nth, visitors
      from journey_funnels(${since}::date, ${JSON.stringify(JOURNEYS)}::jsonb)`,
  )
  return rows.map(({ day, journey, nth, visitors }) => {
    // Bigints arrive as text.
    return {
      day: String(day),
      journey: String(journey),
      nth: Number(nth),
      visitors: Number(visitors),
    }
  })
}

interface Sweep {
  /** YYYY-MM-DD: steps of days before it go. */
  before: string
  /** The same for salts. */
  saltsBefore: string
  /** Steps that go at most. */
  most: number
}

/** @returns how many steps went @throws ProblemError dependency_down */
export async function sweepSteps(
  env: DatabaseEnv,
  { before, saltsBefore, most }: Sweep,
): Promise<number> {
  const [row] = await callAcrossTenants<{ gone: string }>(
    env,
    sql`select sweep_journeys(${before}::date, ${saltsBefore}::date, ${most})::text as gone`,
  )
  return Number(row?.gone ?? 0)
}
