/**
 * Runs what is due, called by an environment's hub and, should that fail, by the minute's cron. Whoever
 * comes second is refused by Postgres: a step and the version it publishes are one transaction.
 */
import { isRefusal } from '../../shared/database.ts'
import { ProblemError } from '../../shared/errors.ts'
import { settingsOf } from './compile.ts'
import type { Draft } from './history-schemas.ts'
import { openDraft, publication } from './history-service.ts'
import type { FlagRule } from './model-schemas.ts'
import type { Model } from './model.ts'
import { type Change, publishChange } from './publish-service.ts'
import { dueStep, judge, type ScheduleStep, watchedUntil } from './schedule-plan.ts'
import type { Schedule } from './schedule-schemas.ts'
import { findNextTime, moveSchedule, selectDue } from './schedule-store.ts'
import { about, based, type FlagContext, flagWrite } from './service.ts'

/** Schedules at a time; the rest is due still. */
const MOST = 50

/** A ramp without a reading looks again after so long. */
const WAIT_MS = 60_000

/** SQLSTATE of the function flag_schedule_step (migrations/0030_flag_lifecycle.sql). */
const STEPPED = 'VA413'

/** @returns when something is due next; undefined for never */
export async function runDue(ctx: FlagContext, environment: string): Promise<Date | undefined> {
  for (const schedule of await selectDue(ctx, environment, MOST)) await run(ctx, schedule)
  return findNextTime(ctx, environment)
}

async function run(ctx: FlagContext, schedule: Schedule): Promise<void> {
  const { type, steps, done, guard, reading } = schedule
  const isWatched = guard !== null && done === steps.length
  const now = ctx.now().getTime()
  const due = dueStep(type, steps, done, now)
  const last = steps[done - 1]
  if (guard && last) {
    const verdict = judge(guard, reading, Date.parse(last.at))
    if (verdict === 'breached') return breach(ctx, schedule)
    if (verdict === 'unknown') return wait(ctx, schedule, guard.metric)
  }
  if (isWatched) {
    await moveSchedule(ctx, schedule, { set: { state: 'done', nextAt: null, detail: '' } })
    return
  }
  if (!due) return
  const reached = due.index + 1
  const nextAt = due.steps[reached]?.at ?? watchedUntil(guard, now)
  await publishStep(ctx, schedule, due.index, {
    id: schedule.id,
    seen: done,
    done: reached,
    steps: due.steps,
    nextAt,
    state: nextAt === null ? 'done' : 'active',
    detail: '',
  })
}

async function publishStep(
  ctx: FlagContext,
  schedule: Schedule,
  index: number,
  step: ScheduleStep,
): Promise<void> {
  const action = schedule.steps[index]
  if (!action) return
  await settled(ctx, schedule, async () => {
    const draft =
      action.type === 'publish' ? await openDraft(ctx, schedule.flag, action.draft) : undefined
    await publishChange(ctx, (model) => {
      const change = changeOf(ctx, model, schedule, action, draft)
      return { ...change, writes: [...change.writes, { type: 'scheduleStepped', step }] }
    })
  })
}

function changeOf(
  ctx: FlagContext,
  model: Model,
  schedule: Schedule,
  action: Schedule['steps'][number],
  draft: Draft | undefined,
): Change {
  const { id, flag: name, environment, comment, done } = schedule
  if (draft) return publication(ctx, model, draft, undefined)
  const said = comment || `By schedule, step ${done + 1}`
  const details = about(name, { schedule: id, done: done + 1, environment })
  const flag = based(model, name, undefined)
  const settings = settingsOf(flag, environment)
  const isOff = action.type === 'switch' && !action.enabled
  const changed =
    action.type === 'switch'
      ? { ...settings, enabled: action.enabled }
      : { ...settings, rules: withShare(schedule, settings.rules, shareOf(action)) }
  const environments = { ...flag.document.environments, [environment]: changed }
  const document = { ...flag.document, environments }
  return {
    writes: [flagWrite(ctx, model, { name, document, comment: said })],
    event: 'flag.schedule.step',
    details,
    ...(isOff && { consent: { type: 'stop' } }),
  }
}

const shareOf = (action: Schedule['steps'][number]): number =>
  action.type === 'percentage' ? action.percentage : 0

/** @throws ProblemError not_found when the rule is gone */
function withShare(
  { rule: id, flag }: Schedule,
  rules: readonly FlagRule[],
  share: number,
): FlagRule[] {
  let isFound = false
  const next = rules.map((rule): FlagRule => {
    if (rule.id !== id || rule.type === 'force') return rule
    isFound = true
    return rule.type === 'rollout' ? { ...rule, percentage: share } : { ...rule, coverage: share }
  })
  if (isFound) return next
  throw new ProblemError('not_found', `${flag} has no rollout or experiment ${id} any more.`)
}

/** Ends a ramp whose guard does not hold: as it stands, or with the percentage of before. */
export async function breach(ctx: FlagContext, schedule: Schedule): Promise<void> {
  const { id, guard, reading, done, steps, flag: name, environment } = schedule
  if (!guard) return
  const detail = `${guard.metric} was ${reading?.value}, over ${reading?.samples} samples`
  if (guard.onBreach === 'stop') {
    const set = { state: 'stopped' as const, nextAt: null, detail }
    await moveSchedule(ctx, schedule, { event: 'flag.schedule.stop', set })
    return
  }
  const step = { id, seen: done, done, steps, nextAt: null, state: 'stopped' as const, detail }
  await settled(ctx, schedule, async () => {
    await publishChange(ctx, (model) => {
      const flag = based(model, name, undefined)
      const settings = settingsOf(flag, environment)
      const changed = { ...settings, rules: withShare(schedule, settings.rules, guard.before) }
      const environments = { ...flag.document.environments, [environment]: changed }
      const document = { ...flag.document, environments }
      return {
        writes: [
          flagWrite(ctx, model, { name, document, comment: `Rolled back: ${detail}` }),
          { type: 'scheduleStepped', step },
        ],
        event: 'flag.schedule.rollback',
        details: about(name, { schedule: id, environment, percentage: guard.before }),
        consent: { type: 'stop' },
      }
    })
  })
}

async function wait(ctx: FlagContext, schedule: Schedule, metric: string): Promise<void> {
  const nextAt = new Date(ctx.now().getTime() + WAIT_MS)
  const detail = `Waits for a reading of ${metric}`
  await moveSchedule(ctx, schedule, { set: { nextAt, detail } })
}

/** What can never succeed ends the schedule and says why; what may later, is thrown. */
async function settled(
  ctx: FlagContext,
  schedule: Schedule,
  publish: () => Promise<void>,
): Promise<void> {
  try {
    await publish()
  } catch (error) {
    if (isRefusal(error, STEPPED)) return
    if (!(error instanceof ProblemError) || !FINAL.has(error.code)) throw error
    const set = { state: 'failed' as const, nextAt: null, detail: error.message.slice(0, 500) }
    await moveSchedule(ctx, schedule, { event: 'flag.schedule.fail', set })
  }
}

const FINAL = new Set(['not_found', 'conflict', 'invalid_fields'])
