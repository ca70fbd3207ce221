/**
 * Ramps whose guard is the share of the flag's evaluations that fail: nobody posts it, the minute's cron reads
 * it from the counts. What fails are evaluations of a flag by its name, over OFREP and by the platform itself:
 * a context over a limit, a value of another type than the code asks for.
 */
import { sql } from 'drizzle-orm'
import { callAcrossTenants, type DatabaseEnv } from '../../shared/database.ts'
import type { Log } from '../../shared/log.ts'
import { sumErrors } from './analytics-store.ts'
import type { Schedule } from './schedule-schemas.ts'
import { offerReading } from './schedule-service.ts'
import { selectSchedules } from './schedule-store.ts'
import type { FlagContext } from './service.ts'

/** The guard's metric; migrations/0041 knows it as well. */
const METRIC = 'evaluation_errors'

/** Environments per tick, and ramps of each; the rest is read a minute later. */
const MOST = 200

const MINUTE_MS = 60_000
/** Longer ago says little of now: a late failure would drown in what went well before. */
const LONGEST_MS = 24 * 60 * MINUTE_MS

interface Job {
  env: DatabaseEnv
  log: Log
  now: () => Date
  contextOf: (tenantId: string) => FlagContext
}

/** A tenant that fails does not keep the others waiting. */
export async function readErrorGuards({ env, log, now, contextOf }: Job): Promise<void> {
  const places = await callAcrossTenants<{ tenant_id: string; environment: string }>(
    env,
    sql`select * from flag_error_guards(${MOST})`,
  )
  for (const { tenant_id: tenant, environment } of places) {
    try {
      await readPlace(contextOf(tenant), environment, now())
    } catch (error) {
      log.error('failing evaluations were not looked at', { tenant_id: tenant, environment, error })
    }
  }
}

async function readPlace(ctx: FlagContext, environment: string, now: Date): Promise<void> {
  const ramps = await selectSchedules(ctx, { environment, state: 'active', limit: MOST })
  for (const ramp of ramps) {
    const from = beginningOf(ramp, now.getTime())
    if (ramp.guard?.metric !== METRIC || from === undefined) continue
    const { evaluations, errors } = await sumErrors(ctx, ramp, from)
    const value = evaluations === 0 ? 0 : errors / evaluations
    await offerReading(ctx, ramp.id, { value, samples: evaluations })
  }
}

/** The first whole minute after the ramp's last step: the one it fell into has counts of before as well. */
function beginningOf({ steps, done }: Schedule, now: number): Date | undefined {
  const last = steps[done - 1]
  if (!last) return undefined
  const minute = Math.floor(Date.parse(last.at) / MINUTE_MS) * MINUTE_MS + MINUTE_MS
  return new Date(Math.max(minute, now - LONGEST_MS))
}
