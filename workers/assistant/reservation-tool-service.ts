/** The tool `reservation`: slots are filled in conversation, and what is final is confirmed by the guest. */
import { z } from 'zod'
import { isTimeZone } from '../calendar/service.ts'
import type { Reservation } from '../reservations/schemas.ts'
import * as reservations from '../reservations/service.ts'
import { type Calling, defineTool, type ToolContext } from './define-service.ts'
import type { ToolOutcome } from './turn-state.ts'

const Args = z.object({
  intent: z
    .enum(['create', 'confirm', 'change', 'cancel', 'list'])
    .describe(
      'create proposes one; confirm makes the proposal final once the guest said it is right; change and cancel need its code',
    ),
  code: z.string().max(20).optional().describe('Of the reservation; for change and cancel'),
  party_size: z.int().min(1).max(500).optional().describe('How many people'),
  date: z.iso.date('must be a day as 2026-12-24').optional(),
  time: z.iso.time({ precision: -1, error: 'must be a time as 19:30' }).optional(),
  time_zone: z
    .string()
    .refine(isTimeZone, 'must be an IANA time zone such as Europe/Berlin')
    .optional()
    .describe('Of the place; UTC when nothing is known'),
  name: z.string().trim().min(1).max(200).optional().describe('In whose name'),
  phone: z
    .string()
    .trim()
    .regex(/^\+?[\d ()/-]{5,30}$/, 'must be a telephone number')
    .optional(),
  notes: z.string().trim().max(500).optional().describe('Wishes of the guest'),
})
type Args = z.output<typeof Args>

export const reservationTool = defineTool({
  name: 'reservation',
  description:
    'Makes, changes, cancels and lists reservations of the guest. Pass what the guest has said; what is missing is told back.',
  schema: Args,
  permission: 'rag.query',
  confirms: ({ intent }) => intent === 'change' || intent === 'cancel',
  run: async (ctx, args, calling) => carryOut(ctx, args, calling),
})

async function carryOut(ctx: ToolContext, args: Args, calling: Calling): Promise<ToolOutcome> {
  switch (args.intent) {
    case 'create':
      return propose(ctx, args, calling)
    case 'confirm': {
      const made = await reservations.confirmReservation(ctx, calling)
      if (made) return done('The reservation is final.', made)
      return told('Nothing was made final: nothing is proposed, or the guest has not answered yet.')
    }
    case 'change':
      return change(ctx, args)
    case 'cancel': {
      if (args.code === undefined) return told(NO_CODE)
      const gone = await reservations.cancelOwnReservation(ctx, args.code)
      return gone ? done('The reservation is cancelled.', gone) : told(UNKNOWN)
    }
    case 'list': {
      const own = await reservations.listOwnReservations(ctx, calling)
      return told(own.map(lineOf).join('\n') || 'The guest has no reservations.')
    }
  }
}

async function propose(ctx: ToolContext, args: Args, calling: Calling): Promise<ToolOutcome> {
  const slots = { ...args, time_zone: args.time_zone ?? 'UTC' }
  const proposal = await reservations.proposeReservation(ctx, slots, calling)
  switch (proposal.type) {
    case 'missing':
      return told(`Nothing was reserved. Still needed, ask for it: ${proposal.slots.join(', ')}.`)
    case 'past':
      return told(PAST)
    case 'proposed':
      return done(
        'Proposed, and not final. Read it back to the guest and ask whether it is right; when they say so, call confirm.',
        proposal.reservation,
      )
  }
}

async function change(ctx: ToolContext, args: Args): Promise<ToolOutcome> {
  if (args.code === undefined) return told(NO_CODE)
  const changed = await reservations.changeReservation(ctx, args.code, args)
  switch (changed.type) {
    case 'changed':
      return done('The reservation is changed.', changed.reservation)
    case 'past':
      return told(PAST)
    case 'unknown':
      return told(UNKNOWN)
  }
}

const NO_CODE = 'Nothing was done. Ask the guest for the code of the reservation.'
const UNKNOWN = 'Nothing was done: the guest has no open reservation with this code.'
const PAST = 'Nothing was done: that time is past. Ask for another.'

const told = (content: string): ToolOutcome => ({ ok: true, content })

const done = (said: string, reservation: Reservation) => told(`${said}\n${lineOf(reservation)}`)

const lineOf = ({ code, status, party_size, date, time, ...rest }: Reservation) =>
  `${code} (${status}): ${rest.name}, ${party_size} people, ${date} ${time} ${rest.time_zone}${
    rest.phone ? `, phone ${rest.phone}` : ''
  }${rest.notes ? `, ${rest.notes}` : ''}`
