/** The minute's look at experiments: new results where there are new sums, and word to the ramps that wait. */
import type { DatabaseEnv } from '../../shared/database.ts'
import type { Log } from '../../shared/log.ts'
import { listFlagExperiments, reportReadings } from '../flags/experiment-service.ts'
import { readingOf } from './analysis.ts'
import { computeResults, findSettings, type ResultContext } from './result-service.ts'
import { type DuePhase, keepResults, selectDue } from './result-store.ts'

/** Phases per tick; the rest is due a minute later. */
const MOST = 200

interface Job {
  env: DatabaseEnv
  log: Log
  now: () => Date
  contextOf: (tenantId: string) => ResultContext
}

/** A phase that fails is logged, due still, and keeps no other waiting. */
export async function computeDueResults({ env, log, now, contextOf }: Job): Promise<void> {
  for (const due of await selectDue(env, now(), MOST)) {
    try {
      await look(contextOf(due.tenantId), due)
    } catch (error) {
      const { tenantId, environment, key } = due
      log.error('results of an experiment were not made', {
        tenant_id: tenantId,
        environment,
        experiment: key,
        error,
      })
    }
  }
}

async function look(ctx: ResultContext, due: DuePhase): Promise<void> {
  const rules = await listFlagExperiments(ctx, due.environment)
  const rule = rules.find(({ key, phase }) => key === due.key && phase === due.phase)
  // An old phase, or of a rule that is gone: its last results stay, and it is not looked at again.
  if (!rule) return keepResults(ctx, due)
  const results = await computeResults(ctx, rule, await findSettings(ctx, due))
  if (results) await reportReadings(ctx, rule, (metric) => readingOf(results, metric))
}
