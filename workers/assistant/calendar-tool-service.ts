/** The tool `calendar`: free times, and events that are made, moved, cancelled and listed. */
import { z } from 'zod'
import * as calendars from '../calendar/service.ts'
import { type Calling, defineTool, type ToolContext } from './define-service.ts'
import type { ToolOutcome } from './turn-state.ts'

const Day = z.iso.date('must be a day as 2026-12-24')
const Time = z.iso.time({ precision: -1, error: 'must be a time as 09:30' })

const Args = z.object({
  action: z.enum(['find_free', 'create', 'move', 'cancel', 'list']),
  calendar: z
    .enum(['own', 'company'])
    .default('company')
    .describe('The user’s own, or the company’s, where appointments with it are'),
  time_zone: z
    .string()
    .default('UTC')
    .refine(calendars.isTimeZone, 'must be an IANA time zone such as Europe/Berlin')
    .describe('All days and times are local to it'),
  date: Day.optional().describe('The day; for find_free and list the first one'),
  until: Day.optional().describe('The last day of find_free and list; without it, one day'),
  time: Time.optional().describe('When the event begins'),
  duration_minutes: z.int().min(5).max(1440).default(30),
  day_start: Time.default('09:00').describe('For find_free'),
  day_end: Time.default('18:00').describe('For find_free'),
  title: z.string().trim().min(1).max(200).optional(),
  event_id: z.uuid('must be the id of an event').optional(),
})
type Args = z.output<typeof Args>

export const calendarTool = defineTool({
  name: 'calendar',
  description:
    'Finds free times and makes, moves, cancels and lists calendar events. Look for free time before you make or move one.',
  schema: Args,
  permission: 'rag.query',
  confirms: ({ action }) => action === 'move' || action === 'cancel',
  async run(ctx, args, calling) {
    const isMissing = NEEDS[args.action].filter((field) => args[field] === undefined)
    if (isMissing.length > 0) return told(`Nothing was done. Needed: ${isMissing.join(', ')}.`)
    if (args.calendar === 'own' && ctx.actor.type !== 'user') {
      return told('Nothing was done: the caller has no calendar of their own; take the company’s.')
    }
    return ACTIONS[args.action](ctx, args, calling)
  },
})

type Field = 'date' | 'time' | 'title' | 'event_id'

const NEEDS: Readonly<Record<Args['action'], readonly Field[]>> = {
  find_free: ['date'],
  create: ['date', 'time', 'title'],
  move: ['event_id', 'date', 'time'],
  cancel: ['event_id'],
  list: ['date'],
}

type Action = (ctx: ToolContext, args: Args, calling: Calling) => Promise<ToolOutcome>

const ACTIONS: Readonly<Record<Args['action'], Action>> = {
  async find_free(ctx, args) {
    const { from, to } = daysOf(args)
    if (Date.parse(to) - Date.parse(from) > calendars.MOST_DAYS * 86_400_000) {
      return told(`Nothing was looked for: at most ${calendars.MOST_DAYS} days at once.`)
    }
    const { day_start: dayStart, day_end: dayEnd, duration_minutes: minutes } = args
    const wanted = { from, to, dayStart, dayEnd, minutes, timeZone: args.time_zone }
    const free = await calendars.findFreeTimes(ctx, args.calendar, wanted)
    return told(free.map((span) => timesOf(span, args.time_zone)).join('\n') || 'Nothing is free.')
  },
  async create(ctx, args, { idempotencyKey }) {
    const event = { ...slotOf(args), title: args.title ?? '', idempotencyKey }
    return outcomeOf(await calendars.createEvent(ctx, args.calendar, event), 'made')
  },
  async move(ctx, args) {
    const { calendar, event_id: id = '' } = args
    return outcomeOf(await calendars.moveEvent(ctx, calendar, id, slotOf(args)), 'moved')
  },
  async cancel(ctx, { calendar, event_id: id = '' }) {
    return told((await calendars.cancelEvent(ctx, calendar, id)) ? 'It is cancelled.' : MISSING)
  },
  async list(ctx, args) {
    const days = { ...daysOf(args), timeZone: args.time_zone }
    const events = await calendars.listEvents(ctx, args.calendar, days)
    const lines = events.map((event) => lineOf(event, args.time_zone))
    return told(lines.join('\n') || 'The user has no events then.')
  },
}

const MISSING = 'Nothing was done: the user has no such event.'

const daysOf = ({ date = '', until = date }: Args) => ({ from: date, to: until })

const slotOf = ({
  date = '',
  time = '',
  duration_minutes: minutes,
  time_zone: timeZone,
}: Args) => ({
  begins: { date, time },
  minutes,
  timeZone,
})

function outcomeOf(outcome: calendars.Outcome, done: 'made' | 'moved'): ToolOutcome {
  switch (outcome.type) {
    case 'booked':
      return told(`It is ${done}: ${lineOf(outcome.event, outcome.event.timeZone)}`)
    case 'busy':
      return told('Nothing was done: something else is there already. Look for a free time.')
    case 'past':
      return told('Nothing was done: that time is past.')
    case 'missing':
      return told(MISSING)
  }
}

function lineOf(event: calendars.Span & { id: string; title: string }, timeZone: string): string {
  return `${timesOf(event, timeZone)}: ${event.title} (id ${event.id})`
}

function timesOf({ start, end }: calendars.Span, timeZone: string): string {
  const zone = calendars.openZone(timeZone)
  const [from, to] = [zone.localOf(start), zone.localOf(end)]
  const until = from.date === to.date ? to.time : `${to.date} ${to.time}`
  return `${from.date} ${from.time}–${until} ${timeZone}`
}

const told = (content: string): ToolOutcome => ({ ok: true, content })
