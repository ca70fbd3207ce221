/** Reservations that people of the tenant make and change themselves. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { Reservation } from '../../workers/reservations/schemas.ts'
import { startAssistant, type TestAssistant } from './assistant-harness.ts'
import type { Who } from './harness.ts'

let app: TestAssistant
beforeAll(async () => {
  app = await startAssistant()
})
afterEach(() => app.settle())
afterAll(() => app.close())

const BASE = '/api/admin/reservations'

const GUEST = {
  party_size: 4,
  date: '2031-12-24',
  time: '19:30',
  time_zone: 'Europe/Berlin',
  name: 'Ada',
}

/** What the audit log says of reservations, in order. */
async function events(): Promise<string[]> {
  const [, rows] = await app.sql.transaction([
    app.sql.query(`select set_config('app.tenant_id', 'acme', true)`),
    app.sql.query(`select event from audit_log
      where tenant_id = 'acme' and event like 'reservation.%' order by seq`),
  ])
  return (rows as { event: string }[]).map(({ event }) => event)
}

const make = (body: object, who?: Who) => app.send('POST', BASE, { ...GUEST, ...body }, who)
const change = (id: string, body: object) => app.send('PATCH', `${BASE}/${id}`, body)

test('make one that is final, change what they name of it, and find it in the audit log', async () => {
  const made = await make({ name: 'At the door', phone: '+49 30 1234567' })
  expect(made.status).toBe(201)
  const one = await made.json<Reservation>()
  expect(one).toMatchObject({ status: 'confirmed', ...GUEST, name: 'At the door', notes: null })
  expect(one.code).toMatch(/^[2-9A-Z]{8}$/)
  const moved = await change(one.id, { time: '20:15', phone: null, updated_at: one.updated_at })
  const { updated_at: later, ...now } = await moved.json<Reservation>()
  expect(now).toMatchObject({ time: '20:15', date: GUEST.date, phone: null, party_size: 4 })
  expect(later).not.toBe(one.updated_at)
  await app.settle()
  const told = await events()
  expect(told.slice(-2)).toEqual(['reservation.create', 'reservation.change'])
})

test('are told of a time that is past, a zone and a telephone number that are none', async () => {
  const faultOf = async (answer: Response) =>
    (await answer.json<{ errors: { pointer: string }[] }>()).errors.map(({ pointer }) => pointer)
  const past = await make({ date: '2001-01-01' })
  expect([past.status, await faultOf(past)]).toEqual([422, ['/date']])
  const odd = await make({ phone: 'call me', party_size: 0 })
  expect((await faultOf(odd)).toSorted()).toEqual(['/party_size', '/phone'])
  expect(await faultOf(await make({ time_zone: 'Mars/Olympus' }))).toEqual(['/time_zone'])
  expect((await make({}, { role: 'editor' })).status).toBe(403)
})

test('do not overwrite each other, nor change what is cancelled', async () => {
  const one = await (await make({ name: 'Twice' })).json<Reservation>()
  const seen = { updated_at: one.updated_at }
  const both = await Promise.all([
    change(one.id, { party_size: 5, ...seen }),
    change(one.id, { party_size: 6, ...seen }),
  ])
  expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409])
  expect((await change(one.id, { party_size: 7, ...seen })).status).toBe(409)
  expect((await change(one.id, { date: '2001-01-01' })).status).toBe(422)
  await app.send('POST', `${BASE}/${one.id}/cancel`)
  const late = await change(one.id, { party_size: 2 })
  expect([late.status, (await late.json<{ detail: string }>()).detail]).toEqual([
    409,
    'The reservation is cancelled; make a new one.',
  ])
})
