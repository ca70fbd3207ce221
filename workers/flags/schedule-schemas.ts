/** Changes to come, over HTTP: a draft at a time, a flag on and off, a share that grows. */
import { z } from '@hono/zod-openapi'
import { EnvironmentName } from '../../shared/environment.ts'
import { FlagName } from './model-schemas.ts'
import { isInOrder } from './schedule-plan.ts'
import { Comment } from './schemas.ts'

const Time = z.iso.datetime().openapi({ example: '2026-12-01T09:00:00.000Z' })
const Percentage = z.number().min(0).max(100).multipleOf(0.01)
const environment = EnvironmentName.default('production')
const comment = Comment.default('')

const NewGuard = z
  .strictObject({
    /**
     * What is measured, in your words. The platform reads by itself: `evaluation_errors`, the share of the
     * flag's evaluations that fail; `experiment`, and metrics of the rule's own.
     */
    metric: z.string().min(1).max(100),
    /** Not to be passed. */
    most: z.number().optional(),
    least: z.number().optional(),
    /** Samples a reading needs to count. */
    samples: z.number().int().min(1).default(100),
    onBreach: z.enum(['stop', 'rollback']).default('rollback'),
    /** Minutes after the last step for which it is watched still, a week at most. */
    watchMinutes: z.number().int().min(0).max(10_080).default(0),
  })
  .refine(
    ({ most, least }) => most !== undefined || least !== undefined,
    'name most, least or both',
  )

const NewPublication = z.strictObject({
  type: z.literal('publish'),
  environment,
  at: Time,
  /** Approved by then as its environment asks. */
  draft: z.uuid(),
  comment,
})

const NewWindow = z
  .strictObject({
    type: z.literal('window'),
    environment,
    /** On from here; on already, when left out. */
    from: Time.optional(),
    /** Off from here; left on, when left out. */
    until: Time.optional(),
    comment,
  })
  .refine(
    ({ from, until }) => from !== undefined || until !== undefined,
    'name from, until or both',
  )
  .refine(({ from, until }) => isInOrder([from, until].flatMap((at) => (at ? [{ at }] : []))), {
    path: ['until'],
    message: 'must be later than from',
  })

const NewRamp = z.strictObject({
  type: z.literal('ramp'),
  environment,
  /** A rollout, whose percentage grows, or an experiment, whose coverage does. */
  rule: z.string().min(1).max(100),
  steps: z
    .array(z.strictObject({ at: Time, percentage: Percentage }))
    .min(1)
    .max(50)
    .refine((steps) => isInOrder(steps), 'must be in the order of their times'),
  guard: NewGuard.optional(),
  comment,
})

export const NewSchedule = z
  .discriminatedUnion('type', [NewPublication, NewWindow, NewRamp])
  .openapi('NewFlagSchedule')
export type NewSchedule = z.infer<typeof NewSchedule>

const StepBase = { at: z.iso.datetime() }
export const ScheduleSteps = z.array(
  z.discriminatedUnion('type', [
    z.object({ ...StepBase, type: z.literal('publish'), draft: z.string() }),
    z.object({ ...StepBase, type: z.literal('switch'), enabled: z.boolean() }),
    z.object({ ...StepBase, type: z.literal('percentage'), percentage: z.number() }),
  ]),
)

export const ScheduleState = z.enum(['active', 'paused', 'done', 'cancelled', 'stopped', 'failed'])

export const Schedule = z
  .object({
    id: z.uuid(),
    flag: FlagName,
    environment: EnvironmentName,
    type: z.enum(['publish', 'window', 'ramp']),
    rule: z.string().nullable(),
    steps: ScheduleSteps,
    /** Steps that were taken. */
    done: z.number().int(),
    nextAt: z.iso.datetime().nullable(),
    state: ScheduleState,
    /** Why it waits, stopped or failed. */
    detail: z.string(),
    guard: z
      .object({
        metric: z.string(),
        most: z.number().optional(),
        least: z.number().optional(),
        samples: z.number(),
        onBreach: z.enum(['stop', 'rollback']),
        watchMinutes: z.number().default(0),
        before: z.number(),
      })
      .nullable(),
    reading: z.object({ value: z.number(), samples: z.number(), at: z.iso.datetime() }).nullable(),
    comment: z.string(),
    author: z.string(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .openapi('FlagSchedule')
export type Schedule = z.infer<typeof Schedule>

/** Those to come first, by their next times; then the newest of the others. */
export const ScheduleQuery = z.object({
  flag: FlagName.optional(),
  environment: EnvironmentName.optional(),
  state: ScheduleState.optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})
export type ScheduleQuery = z.infer<typeof ScheduleQuery>

export const ScheduleList = z.object({ items: z.array(Schedule) }).openapi('FlagScheduleList')

/** What was measured since the ramp's last step. */
export const NewReading = z
  .strictObject({ value: z.number(), samples: z.number().int().min(0) })
  .openapi('NewFlagGuardReading')
export type NewReading = z.infer<typeof NewReading>
