/** The minute cron: the edge's own jobs, and those of other Workers by RPC, for cron fires here only. */
import { metricsOf } from '../shared/metrics.ts'
import { traceparentOf } from '../shared/trace.ts'
import { currentTraceparent, withSpan } from '../shared/tracing.ts'
import { sweepConversations } from './assistant/schedule.ts'
import { sweepOldBookings } from './calendar/schedule.ts'
import { edgeContext, edgeLog, edgeTracer } from './edge-context.ts'
import { workOnEvals } from './evals/schedule.ts'
import { computeDueResults } from './experiments/result-job-service.ts'
import { readErrorGuards } from './flags/error-guard-service.ts'
import {
  announceDueSnapshots,
  expireOverrides,
  runDueSchedules,
  sweepFlagCounts,
} from './flags/schedule.ts'
import { eraseTenants } from './identity/schedule.ts'
import { sweepJourneys } from './ops/journey-service.ts'
import { setGauges } from './ops/schedule.ts'
import { rewrapDataKeys } from './provider-keys/schedule.ts'
import { sweepTraces } from './traces/schedule.ts'
import { setBudgetGauges, sweepUsage, watchCosts } from './usage/schedule.ts'
import { sweepVoiceSessions } from './voice/schedule.ts'

type WaitUntil = Pick<ExecutionContext, 'waitUntil'>

export async function runSchedule(
  _event: ScheduledController,
  env: EdgeEnv,
  execution: WaitUntil,
): Promise<void> {
  const waitUntil = (work: Promise<unknown>) => execution.waitUntil(work)
  const log = edgeLog(env, { waitUntil })
  const metrics = metricsOf(env, waitUntil)
  const jobs = {
    rotateKeys: () => env.IDENTITY.rotateKeys(currentTraceparent()),
    sweepOrphans: () => env.IDENTITY.sweepOrphans(currentTraceparent()),
    eraseTenants: () => eraseTenants({ env, log }),
    sweepDocuments: () => env.INDEXER.sweepDocuments(currentTraceparent()),
    checkpointAudit: () => env.INDEXER.checkpointAudit(currentTraceparent()),
    refreshExperiments: () => env.INDEXER.refreshExperiments(currentTraceparent()),
    verifyAudit: () => env.INDEXER.verifyAudit(currentTraceparent()),
    sweepConversations: () => sweepConversations({ env, log, now: () => new Date() }),
    sweepOldBookings: () => sweepOldBookings({ env, log, now: () => new Date() }),
    sweepTraces: () => sweepTraces({ env, log, now: () => new Date() }),
    sweepJourneys: () => sweepJourneys({ env, log, now: () => new Date() }),
    sweepFlagCounts: () => sweepFlagCounts({ env, log, now: () => new Date() }),
    sweepUsage: () => sweepUsage({ env, log, now: () => new Date() }),
    watchCosts: () => watchCosts({ env, log, now: () => new Date() }),
    setBudgetGauges: () => setBudgetGauges({ env, metrics, now: () => new Date() }),
    setGauges: () => setGauges({ env, metrics, now: () => new Date() }),
    rewrapDataKeys: () =>
      rewrapDataKeys({ env, log, contextOf: jobContext(env, execution, 'rewrapDataKeys') }),
    expireOverrides: () =>
      expireOverrides({
        env,
        log,
        now: () => new Date(),
        contextOf: jobContext(env, execution, 'expireOverrides'),
      }),
    runFlagSchedules: () =>
      runDueSchedules({
        env,
        log,
        now: () => new Date(),
        contextOf: jobContext(env, execution, 'flagSchedules'),
      }),
    computeExperiments: () =>
      computeDueResults({
        env,
        log,
        now: () => new Date(),
        contextOf: jobContext(env, execution, 'experimentResults'),
      }),
    readErrorGuards: () =>
      readErrorGuards({
        env,
        log,
        now: () => new Date(),
        contextOf: jobContext(env, execution, 'errorGuards'),
      }),
    announceFlags: () =>
      announceDueSnapshots({
        env,
        log,
        now: () => new Date(),
        contextOf: jobContext(env, execution, 'announceFlags'),
      }),
    sweepVoiceSessions: () =>
      sweepVoiceSessions({
        env,
        log,
        now: () => new Date(),
        contextOf: jobContext(env, execution, 'sweepVoiceSessions'),
      }),
    // Last, for it takes as long as it may.
    workOnEvals: () =>
      workOnEvals({ env, log, contextOf: jobContext(env, execution, 'workOnEvals') }),
  }
  const entry = { traceparent: undefined, requestId: crypto.randomUUID(), waitUntil, execution }
  await edgeTracer.enter(env, entry, { name: 'cron' }, async () => {
    for (const [job, run] of Object.entries(jobs)) {
      try {
        await withSpan<unknown>({ name: `cron.${job}` }, run)
      } catch (error) {
        log.error('scheduled job failed', { job, error })
      }
    }
  })
}

function jobContext(env: EdgeEnv, execution: WaitUntil, job: string) {
  const actor = { type: 'system', job } as const
  const [requestId, traceparent] = [crypto.randomUUID(), traceparentOf(undefined)]
  const waitUntil = (work: Promise<unknown>) => execution.waitUntil(work)
  return (tenantId: string) =>
    edgeContext(env, { tenantId, actor, requestId, traceparent, waitUntil })
}
