/** Changes to come, as people make, pause and cancel them; they are run by schedule-run-service.ts. */
import { isTaken } from '../../shared/database.ts'
import { ProblemError } from '../../shared/errors.ts'
import { newId } from '../../shared/ids.ts'
import { settingsOf } from './compile.ts'
import { getDraft } from './history-service.ts'
import { hubOf } from './hub-client.ts'
import { selectModel } from './model-store.ts'
import type { Model } from './model.ts'
import { delayed, judge, watchedUntil } from './schedule-plan.ts'
import { breach } from './schedule-run-service.ts'
import type { NewReading, NewSchedule, Schedule, ScheduleQuery } from './schedule-schemas.ts'
import * as store from './schedule-store.ts'
import { based, type FlagContext, noEnvironment } from './service.ts'
import { actorOf } from './write-store.ts'

/** Of a tenant, active and paused. */
const MOST_OPEN = 500

export async function listSchedules(
  ctx: FlagContext,
  query: ScheduleQuery,
): Promise<{ items: Schedule[] }> {
  return { items: await store.selectSchedules(ctx, query) }
}

/** @throws ProblemError not_found */
export async function getSchedule(ctx: FlagContext, id: string): Promise<Schedule> {
  const found = await store.findSchedule(ctx, id)
  if (found) return found
  throw new ProblemError('not_found', `There is no schedule ${id}.`)
}

/**
 * @throws ProblemError not_found, invalid_fields, or conflict: for a second ramp of a rule, too many
 *   schedules, or an environment that asks for approvals
 */
export async function createSchedule(
  ctx: FlagContext,
  flag: string,
  wanted: NewSchedule,
): Promise<Schedule> {
  if (wanted.type === 'publish') await getDraft(ctx, flag, wanted.draft)
  const model = await selectModel(ctx)
  const { environment } = wanted
  if (!model.environments.has(environment)) noEnvironment(environment)
  if (wanted.type !== 'publish') based(model, flag, undefined)
  checkApprovals(model, wanted)
  if ((await store.countOpen(ctx)) >= MOST_OPEN) {
    throw new ProblemError('conflict', `There are ${MOST_OPEN} schedules: cancel some first.`)
  }
  const { steps, rule, guard } = planOf(model, flag, wanted)
  const at = ctx.now().toISOString()
  const schedule: Schedule = {
    id: newId(ctx.now()),
    flag,
    environment,
    type: wanted.type,
    rule,
    steps,
    done: 0,
    nextAt: steps[0]?.at ?? null,
    state: 'active',
    detail: '',
    guard,
    reading: null,
    comment: wanted.comment,
    author: actorOf(ctx),
    createdAt: at,
    updatedAt: at,
  }
  await store.insertSchedule(ctx, schedule).catch((error: unknown) => {
    if (!isTaken(error)) throw error
    throw new ProblemError('conflict', `${rule} is on a ramp already: cancel that first.`)
  })
  await wake(ctx, schedule)
  return schedule
}

type Plan = Pick<Schedule, 'steps' | 'rule' | 'guard'>

function planOf(model: Model, flag: string, wanted: NewSchedule): Plan {
  switch (wanted.type) {
    case 'publish': {
      const { at, draft } = wanted
      return { steps: [{ type: 'publish', at, draft }], rule: null, guard: null }
    }
    case 'window': {
      const { from, until } = wanted
      const steps: Schedule['steps'] = [
        ...(from === undefined ? [] : [{ type: 'switch' as const, at: from, enabled: true }]),
        ...(until === undefined ? [] : [{ type: 'switch' as const, at: until, enabled: false }]),
      ]
      return { steps, rule: null, guard: null }
    }
    case 'ramp': {
      const before = shareOf(model, flag, wanted)
      const { steps, rule, guard } = wanted
      return {
        steps: steps.map(({ at, percentage }) => ({ type: 'percentage', at, percentage })),
        rule,
        guard: guard ? { ...guard, before } : null,
      }
    }
  }
}

function shareOf(
  model: Model,
  name: string,
  { environment, rule: id }: Extract<NewSchedule, { type: 'ramp' }>,
): number {
  const rule = settingsOf(based(model, name, undefined), environment).rules.find(
    (one) => one.id === id,
  )
  if (rule?.type === 'rollout') return rule.percentage
  if (rule?.type === 'experiment') return rule.coverage
  const detail = `${name} has no rollout or experiment ${id} in ${environment}`
  const errors = [{ in: 'json', pointer: '/rule', detail }]
  throw new ProblemError('invalid_fields', `${detail}: add it first.`, { errors })
}

/** Nobody could approve what a schedule does by itself; a draft is approved. */
function checkApprovals({ environments }: Model, wanted: NewSchedule): void {
  const isOffOnly = wanted.type === 'window' && wanted.from === undefined
  if (wanted.type === 'publish' || isOffOnly) return
  const { environment } = wanted
  if ((environments.get(environment)?.approvals ?? 0) === 0) return
  const detail = `${environment} asks for approvals: make drafts, and schedule their publication.`
  throw new ProblemError('conflict', detail)
}

/** @throws ProblemError not_found, conflict for one that is over */
export const pauseSchedule = (ctx: FlagContext, id: string): Promise<Schedule> =>
  move(ctx, id, ['active'], () => {
    return { event: 'flag.schedule.pause', set: { state: 'paused', nextAt: null } }
  })

/** Steps that were due meanwhile follow now, the others in their distances. @throws ProblemError not_found, conflict */
export async function resumeSchedule(ctx: FlagContext, id: string): Promise<Schedule> {
  const resumed = await move(ctx, id, ['paused'], ({ steps, done, guard }) => {
    const now = ctx.now().getTime()
    const next = delayed(steps, done, now)
    const nextAt = new Date(next[done]?.at ?? watchedUntil(guard, now) ?? now)
    return {
      event: 'flag.schedule.resume',
      set: { state: 'active', steps: [...next], nextAt, detail: '' },
    }
  })
  await wake(ctx, resumed)
  return resumed
}

/** What it did stays. @throws ProblemError not_found, conflict for one that is over */
export const cancelSchedule = (ctx: FlagContext, id: string): Promise<Schedule> =>
  move(ctx, id, ['active', 'paused'], () => {
    return { event: 'flag.schedule.cancel', set: { state: 'cancelled', nextAt: null } }
  })

/** A breach ends the ramp at once. @throws ProblemError not_found, conflict for one without a guard, or over */
export async function takeReading(
  ctx: FlagContext,
  id: string,
  { value, samples }: NewReading,
): Promise<Schedule> {
  const reading = { value, samples, at: ctx.now().toISOString() }
  const schedule = await move(ctx, id, ['active', 'paused'], ({ guard }) => {
    if (!guard) throw new ProblemError('conflict', 'This schedule has no guard.')
    return { set: { reading } }
  })
  const { guard, steps, done, state } = schedule
  const last = steps[done - 1]
  if (guard && last && state === 'active') {
    const verdict = judge(guard, reading, Date.parse(last.at))
    if (verdict === 'breached') await breach(ctx, schedule)
  }
  return getSchedule(ctx, id)
}

/** Where somebody paused, cancelled or stepped it meanwhile, nothing. */
export async function offerReading(
  ctx: FlagContext,
  id: string,
  reading: NewReading,
): Promise<void> {
  await takeReading(ctx, id, reading).catch((error: unknown) => {
    if (!(error instanceof ProblemError) || error.code !== 'conflict') throw error
  })
}

async function move(
  ctx: FlagContext,
  id: string,
  from: readonly Schedule['state'][],
  how: (schedule: Schedule) => Parameters<typeof store.moveSchedule>[2],
): Promise<Schedule> {
  const schedule = await getSchedule(ctx, id)
  const isMoved =
    from.includes(schedule.state) && (await store.moveSchedule(ctx, schedule, how(schedule)))
  const now = await getSchedule(ctx, id)
  if (isMoved) return now
  throw new ProblemError(
    'conflict',
    `The schedule is ${now.state}, after ${now.done} of its steps.`,
  )
}

/** What fails here the minute's schedule makes good. */
async function wake(ctx: FlagContext, { environment, nextAt }: Schedule): Promise<void> {
  if (nextAt === null) return
  const place = { tenantId: ctx.tenantId, environment }
  await hubOf(ctx.env, place)
    .schedule(place, Date.parse(nextAt))
    .catch((error: unknown) => ctx.log.warn('flag hub was not woken', { environment, error }))
}
