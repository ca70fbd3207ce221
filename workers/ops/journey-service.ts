/**
 * Steps of journeys, from the console's reports to funnels. Steps leave after the response, one
 * statement a second from an isolate; nobody waits for them, and what is lost is counted.
 */
import { createHash } from 'node:crypto'
import { type Batcher, createBatcher } from '../../shared/batcher.ts'
import type { Client, ServiceContext } from '../../shared/context.ts'
import type { DatabaseEnv } from '../../shared/database.ts'
import { JOURNEYS } from '../../shared/metric-labels.ts'
import { type WaitUntil, metricsOf } from '../../shared/metrics.ts'
import { appendSteps, findReached, type StepRow, sweepSteps } from './journey-store.ts'
import { funnelsOf, journeyOf, lastDays } from './journeys.ts'
import type { Step } from './rum-schemas.ts'
import type { Journeys } from './schemas.ts'

/** Steps in a batch, milliseconds it waits, steps that wait at most. */
const BATCH = { maxBatch: 200, delayMs: 1000, maxQueue: 1000 }

interface StepContext {
  readonly env: DatabaseEnv
  readonly client: Client
  readonly waitUntil: WaitUntil
  readonly now: () => Date
}

const batchers = new WeakMap<DatabaseEnv, Batcher<StepRow>>()

function batcherOf(env: DatabaseEnv): Batcher<StepRow> {
  const known = batchers.get(env)
  if (known) return known
  const made = createBatcher<StepRow>({
    ...BATCH,
    send: async (rows) => void (await appendSteps(env, rows)),
    onResult: (result, rows) =>
      metricsOf(env).inc('voiceassist_journey_events_total', { result }, rows),
  })
  batchers.set(env, made)
  return made
}

/** Counts a step that the visitor took, and keeps it if it is their first of the day. */
export function recordStep(ctx: StepContext, step: Step): void {
  const { env, client, waitUntil, now } = ctx
  const journey = journeyOf(JOURNEYS, step)
  metricsOf(env, waitUntil).inc('voiceassist_journey_steps_total', { journey, step })
  const row = { journey, step, visitor: visitorOf(client), at: now().toISOString() }
  batcherOf(env).add([row], waitUntil)
}

/**
 * Who it is, as far as can be told without leaving anything in the browser: address and browser. Never
 * kept as it is; with the day's salt it becomes what nobody can ask for again on another day.
 * https://plausible.io/data-policy#how-we-count-unique-users-without-cookies
 */
const visitorOf = ({ ip = '', userAgent = '' }: Client): string =>
  createHash('sha256').update(`${ip}\n${userAgent}`).digest('hex')

type JourneyContext = Pick<ServiceContext, 'now'> & { readonly env: DatabaseEnv }

/** Funnels of the last days, today among them. @throws ProblemError dependency_down */
export async function describeJourneys(
  { env, now }: JourneyContext,
  days: number,
): Promise<Journeys> {
  const all = lastDays(now(), days)
  const [from = ''] = all
  return { days, from, journeys: funnelsOf(JOURNEYS, await findReached(env, from), all) }
}

/** Days a step is kept. */
const KEPT_DAYS = 90

/** Rows of one run; the others go a minute later. */
const MOST = 5000

type SweepContext = JourneyContext & Pick<ServiceContext, 'log'>

/** Takes away old steps, and salts of days that are over. @throws ProblemError dependency_down */
export async function sweepJourneys({ env, log, now }: SweepContext): Promise<void> {
  const [before = ''] = lastDays(now(), KEPT_DAYS)
  // Yesterday's stays for steps that are on their way.
  const [saltsBefore = ''] = lastDays(now(), 2)
  const gone = await sweepSteps(env, { before, saltsBefore, most: MOST })
  if (gone > 0) log.info('old steps of journeys were deleted', { steps: gone })
}
