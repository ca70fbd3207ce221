/** Reservations and calendars: by the assistant's tools, and for people of the tenant. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createLog } from '../../shared/log.ts'
import { sweepOldBookings } from '../../workers/calendar/schedule.ts'
import { createEvent } from '../../workers/calendar/service.ts'
import { edgeContext } from '../../workers/edge-context.ts'
import { type Reservation, ReservationPage } from '../../workers/reservations/schemas.ts'
import { say, startAssistant, type TestAssistant } from './assistant-harness.ts'
import type { Who } from './harness.ts'

let app: TestAssistant
beforeAll(async () => {
  app = await startAssistant()
})
afterEach(() => app.settle())
afterAll(() => app.close())

const BASE = '/api/admin/reservations'
const KEY: Who = { scopes: ['rag.query'], subject: 'key-1' }

/** A turn in which the model calls `tool`; the answer repeats what it returned. */
const call = (tool: string, args: object, more: object = {}, who?: Who) =>
  say(app, { message: `call ${tool} ${JSON.stringify(args)}`, ...more }, { ...(who && { who }) })

const GUEST = {
  party_size: 4,
  date: '2031-12-24',
  time: '19:30',
  time_zone: 'Europe/Berlin',
  name: 'Ada',
}
const CODE = /\b[2-9A-Z]{8}\b(?= \()/

async function list(query = ''): Promise<Reservation[]> {
  const answer = await app.send('GET', `${BASE}${query}`)
  expect(answer.status).toBe(200)
  return ReservationPage.parse(await answer.json()).items
}
const events = async () =>
  (
    await app.sql.transaction([
      app.sql.query(`select set_config('app.tenant_id', 'acme', true)`),
      app.sql.query(`select event from audit_log
      where tenant_id = 'acme' and event like 'reservation.%' order by seq`),
    ])
  )[1] as { event: string }[]

/** A final reservation, and its code. */
async function reserve(slots: object = GUEST, who?: Who) {
  const first = await call('reservation', { intent: 'create', ...slots }, {}, who)
  const { session_id } = first
  const done = await call('reservation', { intent: 'confirm' }, { session_id }, who)
  return { session_id, code: CODE.exec(done.text)?.[0] ?? '', first, done }
}

describe('a reservation', () => {
  test('asks for what is missing and reserves nothing', async () => {
    const reply = await call('reservation', { intent: 'create', name: 'Grace' })
    expect(reply.text).toContain('party_size, date, time')
    expect((await list()).filter(({ name }) => name === 'Grace')).toEqual([])
  })

  test('is proposed, corrected, and final only when the guest has answered', async () => {
    const wrong = await call('reservation', { intent: 'create', ...GUEST, party_size: 3 })
    const { session_id } = wrong
    await call('reservation', { intent: 'create', ...GUEST }, { session_id })
    const proposed = (await list('?status=pending'))[0]!
    expect(proposed).toMatchObject({
      party_size: 4,
      starts_at: '2031-12-24T18:30:00.000Z',
      date: '2031-12-24',
      time: '19:30',
    })
    expect((await list('?status=pending')).filter(({ name }) => name === 'Ada')).toHaveLength(1)
    const done = await call('reservation', { intent: 'confirm' }, { session_id })
    expect(done.text).toContain('final')
    expect((await list('?status=confirmed'))[0]).toMatchObject({ id: proposed.id })
    const again = await call('reservation', { intent: 'confirm' }, { session_id })
    expect(again.text).toContain('Nothing was made final')
  })

  test('cannot be proposed and made final in one answer', async () => {
    const both = `call reservation ${JSON.stringify({ intent: 'create', ...GUEST, name: 'Hasty' })} call reservation {"intent":"confirm"}`
    const { session_id } = await say(app, { message: both })
    expect((await list('?status=pending')).map(({ name }) => name)).toContain('Hasty')
    expect((await list('?status=confirmed')).map(({ name }) => name)).not.toContain('Hasty')
    await call('reservation', { intent: 'confirm' }, { session_id })
    expect((await list('?status=confirmed')).map(({ name }) => name)).toContain('Hasty')
  })

  test('in the past is refused, and bad slots are named', async () => {
    const past = await call('reservation', { intent: 'create', ...GUEST, date: '2020-01-01' })
    expect(past.text).toContain('past')
    const bad = await call('reservation', { intent: 'create', ...GUEST, time_zone: 'Mars/Olympus' })
    expect(bad.tool_calls[0]).toMatchObject({ status: 'invalid' })
  })

  test('is changed and cancelled by its code once the user agrees to the very call', async () => {
    const { session_id, code } = await reserve({ ...GUEST, name: 'Edsger' })
    expect(code).not.toBe('')
    const asked = await call(
      'reservation',
      { intent: 'change', code, time: '20:00' },
      { session_id },
    )
    expect(asked.tool_calls).toMatchObject([{ status: 'unconfirmed' }])
    expect((await list()).find((one) => one.code === code)).toMatchObject({ time: '19:30' })
    const yes = { session_id, message: 'yes', confirm: [asked.tool_calls[0]!.id] }
    await say(app, yes)
    const changed = (await list()).find((one) => one.code === code)
    expect(changed).toMatchObject({ time: '20:00', date: '2031-12-24', status: 'confirmed' })
    const gone = await call(
      'reservation',
      { intent: 'cancel', code: code.toLowerCase() },
      { session_id },
    )
    await say(app, { session_id, message: 'yes', confirm: [gone.tool_calls[0]!.id] })
    expect((await list()).find((one) => one.code === code)).toMatchObject({ status: 'cancelled' })
    const kinds = (await events()).slice(-3).map(({ event }) => event)
    expect(kinds).toEqual(['reservation.create', 'reservation.change', 'reservation.cancel'])
  })

  test('of another is not found, and a key lists those of its conversation alone', async () => {
    const { code } = await reserve({ ...GUEST, name: 'Barbara' })
    const { session_id: theirs } = await reserve({ ...GUEST, name: 'Caller one' }, KEY)
    const asked = await call('reservation', { intent: 'cancel', code }, {}, KEY)
    const { session_id } = asked
    const yes = { session_id, message: 'yes', confirm: [asked.tool_calls[0]!.id] }
    expect((await say(app, yes, { who: KEY })).text).toContain('no open reservation')
    expect((await list()).find((one) => one.code === code)).toMatchObject({ status: 'confirmed' })
    const other = await call('reservation', { intent: 'list' }, {}, KEY)
    expect(other.text).toContain('no reservations')
    const own = await call('reservation', { intent: 'list' }, { session_id: theirs }, KEY)
    expect(own.text).toContain('Caller one')
  })
})

describe('for people of the tenant', () => {
  test('reservations are listed page by page, filtered, read and cancelled', async () => {
    const all = await list('?limit=100')
    const first = ReservationPage.parse(await (await app.send('GET', `${BASE}?limit=2`)).json())
    expect(first.items).toHaveLength(2)
    const rest = await list(`?limit=100&cursor=${first.next_cursor}`)
    expect([...first.items, ...rest].map(({ id }) => id)).toEqual(all.map(({ id }) => id))
    expect(await list('?from=2031-12-25T00:00:00Z')).toEqual([])
    const { id } = (await list('?status=confirmed'))[0]!
    expect(await (await app.send('GET', `${BASE}/${id}`)).json()).toMatchObject({ id })
    const cancelled = await app.send('POST', `${BASE}/${id}/cancel`)
    expect(await cancelled.json()).toMatchObject({ id, status: 'cancelled' })
    expect((await app.send('POST', `${BASE}/${id}/cancel`)).status).toBe(409)
    expect((await app.send('GET', `${BASE}?status=odd`)).status).toBe(422)
    expect((await app.send('GET', BASE, undefined, { role: 'editor' })).status).toBe(403)
    expect((await app.send('GET', `${BASE}/${id}`, undefined, { tenant: 'globex' })).status).toBe(
      404,
    )
  })
})

describe('a calendar', () => {
  const DAY = { date: '2031-06-02', time_zone: 'Europe/Berlin' }
  const ID = /id ([0-9a-f-]{36})/

  test('finds what is free, makes an event there, and refuses a second', async () => {
    const make = { action: 'create', ...DAY, time: '09:00', duration_minutes: 60, title: 'Fitting' }
    const made = await call('calendar', make)
    expect(made.text).toContain('2031-06-02 09:00–10:00 Europe/Berlin')
    const free = await call('calendar', { action: 'find_free', ...DAY, duration_minutes: 60 })
    expect(free.text).not.toContain('09:00–10:00')
    expect(free.text).toContain('10:00–11:00')
    const second = await call('calendar', { ...make, time: '09:45' }, {}, KEY)
    expect(second.text).toContain('something else is there')
    const next = await call('calendar', { ...make, time: '10:00' }, {}, KEY)
    expect(next.text).toContain('It is made')
    // What a user has for themselves is in no one’s way.
    const own = await call('calendar', { ...make, calendar: 'own' })
    expect(own.text).toContain('It is made')
    const nobodys = await call('calendar', { ...make, calendar: 'own' }, {}, KEY)
    expect(nobodys.text).toContain('no calendar of their own')
  })

  test('moves and cancels one’s own events, when the user agrees', async () => {
    const make = { action: 'create', ...DAY, time: '14:00', title: 'Tasting' }
    const made = await call('calendar', make)
    const event_id = ID.exec(made.text)?.[1]
    const move = { action: 'move', event_id, ...DAY, time: '15:00' }
    const theirs = await call('calendar', move, {}, KEY)
    const refused = {
      session_id: theirs.session_id,
      message: 'yes',
      confirm: [theirs.tool_calls[0]!.id],
    }
    expect((await say(app, refused, { who: KEY })).text).toContain('no such event')
    const asked = await call('calendar', move)
    expect(asked.tool_calls[0]).toMatchObject({ status: 'unconfirmed' })
    const { session_id } = asked
    const moved = await say(app, { session_id, message: 'yes', confirm: [asked.tool_calls[0]!.id] })
    expect(moved.text).toContain('15:00–15:30')
    const cancel = await call('calendar', { action: 'cancel', event_id }, { session_id })
    await say(app, { session_id, message: 'yes', confirm: [cancel.tool_calls[0]!.id] })
    expect((await call('calendar', { ...make, time: '15:00' })).text).toContain('It is made')
  })

  test('of twenty who want one time one gets it; a call that is repeated makes one event', async () => {
    const { env, execution } = app
    const ctx = (user: string) =>
      edgeContext(env, {
        tenantId: 'acme',
        actor: { type: 'key', keyId: user, permissions: new Set() },
        requestId: 'r',
        traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
        waitUntil: (work) => execution.waitUntil(work),
      })
    const slot = {
      begins: { date: '2031-07-01', time: '09:00' },
      minutes: 30,
      timeZone: 'UTC',
      title: 't',
    }
    const tries = Array.from({ length: 20 }, (_, index) =>
      createEvent(ctx(`k${index}`), 'company', { ...slot, idempotencyKey: `race:${index}` }),
    )
    const won = (await Promise.all(tries)).filter(({ type }) => type === 'booked')
    expect(won).toHaveLength(1)
    const later = {
      ...slot,
      begins: { date: '2031-07-02', time: '09:00' },
      idempotencyKey: 'twice',
    }
    const twice = [
      await createEvent(ctx('k'), 'company', later),
      await createEvent(ctx('k'), 'company', later),
    ]
    expect(twice[0]).toMatchObject({ type: 'booked' })
    expect(twice[1]).toEqual(twice[0])
  })

  test('goes with CONVERSATION_DAYS, and so do reservations', async () => {
    const late = new Date('2033-01-01T00:00:00Z')
    const lines: string[] = []
    const log = createLog({ level: 'info', write: (line) => lines.push(line) })
    await sweepOldBookings({ env: app.env, log, now: () => late })
    expect(await list()).toEqual([])
    expect(lines.join('')).toContain('old bookings were deleted')
  })
})
