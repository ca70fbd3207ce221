/** The end of old bookings: events and reservations that ended CONVERSATION_DAYS ago are deleted. */
import type { DatabaseEnv } from '../../shared/database.ts'
import type { Log } from '../../shared/log.ts'
import { sweepBookings } from './store.ts'

/** Of each, per run; the others go a minute later. */
const MOST = 500

interface SweepContext {
  env: DatabaseEnv & { readonly CONVERSATION_DAYS: string }
  log: Log
  now: () => Date
}

export async function sweepOldBookings({ env, log, now }: SweepContext): Promise<void> {
  const before = new Date(now().getTime() - Number(env.CONVERSATION_DAYS) * 86_400_000)
  const bookings = await sweepBookings(env, before, MOST)
  if (bookings > 0) log.info('old bookings were deleted', { bookings })
}
