/** Voice sessions that are remembered: who sees which, how much of them, and the recording as a file. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { edgeContext, edgeLog } from '../../workers/edge-context.ts'
import type { VoiceSessionPage, VoiceTranscript } from '../../workers/voice/history-schemas.ts'
import { type ItemRow, writeSession } from '../../workers/voice/history-store.ts'
import { putManifest, putSegment } from '../../workers/voice/recording-client.ts'
import { HEADER_BYTES, manifestOf } from '../../workers/voice/recording-file.ts'
import { SEGMENT_BYTES } from '../../workers/voice/recording.ts'
import { sweepVoiceSessions } from '../../workers/voice/schedule.ts'
import { startApp, type TestApp, type Who } from './harness.ts'
import { asOwner } from './knowledge-harness.ts'

let app: TestApp
const PATH = '/api/voice/sessions'
const SUPERVISOR: Who = { role: 'admin', subject: 'grace' }
const ADA: Who = { role: 'user' }
const BOB: Who = { role: 'user', subject: 'bob' }
const id = (n: number) => `019a0000-0000-7000-8000-00000000000${n}`

const contextOf = (tenantId: string) =>
  edgeContext(
    app.env,
    {
      tenantId,
      actor: { type: 'system', job: 'test' },
      requestId: 'r1',
      traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
      waitUntil: () => {},
    },
    edgeLog(app.env),
  )

const line = (seq: number, itemId: string, text: string, more: Partial<ItemRow> = {}): ItemRow => ({
  seq,
  itemId,
  role: 'user',
  text,
  masked: text.replaceAll(/\S+@\S+/g, '[EMAIL_REDACTED]'),
  heardUntilMs: null,
  isCut: false,
  fromMs: seq * 1000,
  at: new Date(),
  ...more,
})

const DAY = 86_400_000
const ago = (ms: number) => new Date(Date.now() - ms)

interface Given {
  userId?: string | null
  keyId?: string
  ended?: boolean
  startedAt?: Date
  items?: ItemRow[]
}
const remember = (n: number, { userId = 'ada', keyId, ended = true, ...rest }: Given = {}) =>
  writeSession(
    contextOf('acme'),
    {
      id: id(n),
      userId: keyId ? null : userId,
      keyId: keyId ?? null,
      model: 'voiceassist',
      startedAt: rest.startedAt ?? ago(60_000),
      endedAt: ended ? new Date() : null,
      endReason: null,
      turns: 1,
      recordedUntil: new Date(Date.now() + DAY),
    },
    rest.items ?? [],
  )

beforeAll(async () => {
  app = await startApp()
  for (const user of ['ada', 'bob', 'grace', 'leaver']) {
    await asOwner(app, `insert into users values ('acme', $1, $1, $1, 'user', now())`, user)
  }
  await remember(1, {
    items: [
      line(1, 'i1', 'write to ada@example.com'),
      line(2, 'i2', 'I will write to ada@example.com today.', {
        role: 'assistant',
        heardUntilMs: 4000,
      }),
      line(3, 'w', 'Offer a discount.', { role: 'whisper' }),
      line(4, 'i2', 'I will write', { role: 'assistant', heardUntilMs: 1200, isCut: true }),
    ],
  })
  await remember(2, { userId: 'bob', ended: false })
  await remember(3, { keyId: 'program' })
})
afterEach(() => app.settle())
afterAll(() => app.close())

async function list(query: string, who: Who) {
  const answer = await app.send('GET', `${PATH}${query}`, undefined, who)
  const { items, next_cursor } = await answer.json<VoiceSessionPage>()
  return { ids: items.map((item) => item.id), items, next_cursor }
}
const read = async (n: number, who: Who) =>
  (await app.send('GET', `${PATH}/${id(n)}`, undefined, who)).json<VoiceTranscript>()

test('callers see their own sessions, supervisors everybody’s, other tenants none', async () => {
  expect((await list('', ADA)).ids).toEqual([id(1)])
  expect((await list('', BOB)).ids).toEqual([id(2)])
  expect((await list('', { scopes: ['voice.start'], subject: 'program' })).ids).toEqual([id(3)])
  expect((await list('', SUPERVISOR)).ids).toEqual([id(3), id(2), id(1)])
  expect((await list('', { tenant: 'globex' })).ids).toEqual([])
  const other = await app.send('GET', `${PATH}/${id(2)}`, undefined, ADA)
  expect(other.status).toBe(404)
})

test('the list is filtered, searched and read page by page', async () => {
  expect((await list('?state=live', SUPERVISOR)).ids).toEqual([id(2)])
  expect((await list('?state=ended', SUPERVISOR)).ids).toEqual([id(3), id(1)])
  const first = await list('?limit=2', SUPERVISOR)
  expect(first.next_cursor).toBe(id(2))
  expect((await list(`?cursor=${first.next_cursor}`, SUPERVISOR)).ids).toEqual([id(1)])
  expect((await list('?q=WRITE', SUPERVISOR)).ids).toEqual([id(1)])
  expect((await list('?q=100%25', SUPERVISOR)).ids).toEqual([])
})

test('who may not hear recordings cannot even search for what is masked', async () => {
  expect((await list('?q=example.com', SUPERVISOR)).ids).toEqual([])
  expect((await list('?q=example.com', {})).ids).toEqual([id(1)])
  const masked = await read(1, SUPERVISOR)
  expect(masked.is_masked).toBe(true)
  expect(JSON.stringify(masked)).not.toContain('example.com')
  const clear = await read(1, {})
  expect(clear).toMatchObject({ is_masked: false })
  expect(clear.lines[0]!.text).toBe('write to ada@example.com')
})

test('a transcript has each item once, as it was heard, and whispers for supervisors only', async () => {
  const own = await read(1, ADA)
  expect(own.is_masked).toBe(false)
  expect(own.lines).toMatchObject([
    { item_id: 'i1', role: 'user', heard_until_ms: null, was_cut: false },
    { item_id: 'i2', text: 'I will write', heard_until_ms: 1200, was_cut: true },
  ])
  const supervised = await read(1, SUPERVISOR)
  expect(supervised.lines.map(({ role }) => role)).toEqual(['user', 'assistant', 'whisper'])
})

test('what was said is never changed: the application may not update or delete it', async () => {
  const rows = await asOwner(
    app,
    `select has_table_privilege('app_user', 'voice_items', 'UPDATE') as
    u, has_table_privilege('app_user', 'voice_items', 'DELETE') as d`,
  )
  expect(rows).toEqual([{ u: false, d: false }])
  await remember(1, { items: [line(1, 'i1', 'forged')] })
  expect((await read(1, {})).lines[0]!.text).toBe('write to ada@example.com')
})

async function record(n: number) {
  const ctx = contextOf('acme')
  const bytes = Uint8Array.from({ length: SEGMENT_BYTES }, (_, at) => at % 251)
  await putSegment(ctx, id(n), { index: 1, bytes })
  const given = { sessionId: id(n), startedAt: 0, durationMs: 45_000, stored: [1], lost: [] }
  await putManifest(ctx, manifestOf(given))
  return bytes
}

test('the recording is one WAV file, whole and in ranges, and who hears it is audited', async () => {
  const bytes = await record(1)
  const size = HEADER_BYTES + 45_000 * 16
  const bearer = await app.token({})
  const play = (range?: string) =>
    app.request(`${PATH}/${id(1)}/recording`, {
      headers: { authorization: `Bearer ${bearer}`, ...(range && { range }) },
    })
  const whole = await play()
  expect(whole.status).toBe(200)
  expect(whole.headers.get('content-type')).toBe('audio/wav')
  expect(whole.headers.get('content-length')).toBe(String(size))
  const file = new Uint8Array(await whole.arrayBuffer())
  expect(file.length).toBe(size)
  expect(file.subarray(HEADER_BYTES, HEADER_BYTES + SEGMENT_BYTES).every((b) => b === 255)).toBe(
    true,
  )
  const sound = file.subarray(HEADER_BYTES + SEGMENT_BYTES)
  expect(sound.every((b, at) => b === bytes[at])).toBe(true)

  const part = await play(
    `bytes=${HEADER_BYTES + SEGMENT_BYTES - 2}-${HEADER_BYTES + SEGMENT_BYTES + 1}`,
  )
  expect(part.status).toBe(206)
  expect(part.headers.get('content-range')).toMatch(new RegExp(`^bytes \\d+-\\d+/${size}$`))
  expect([...new Uint8Array(await part.arrayBuffer())]).toEqual([255, 255, 0, 1])
  const beyond = await play(`bytes=${size}-`)
  expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, `bytes */${size}`])

  await app.settle()
  const played = app.audited.filter((message) => JSON.stringify(message).includes('recording.play'))
  expect(played).toHaveLength(2)
  expect(played[0]).toMatchObject({
    entry: { actor: 'ada', resource: { type: 'voice_session', id: id(1) } },
  })
})

test('a recording is for those with the permission, and 404 where there is none', async () => {
  const path = `${PATH}/${id(1)}/recording`
  expect((await app.send('GET', path, undefined, SUPERVISOR)).status).toBe(403)
  expect((await app.send('GET', path, undefined, { tenant: 'globex' })).status).toBe(404)
  expect((await app.send('GET', `${PATH}/${id(3)}/recording`)).status).toBe(404)
})

test('one that runs is not erased; one that ended is, with its sound and its object', async () => {
  expect((await app.send('DELETE', `${PATH}/${id(2)}`)).status).toBe(409)
  await remember(4)
  await record(4)
  expect((await app.send('DELETE', `${PATH}/${id(4)}`, undefined, SUPERVISOR)).status).toBe(403)
  expect((await app.send('DELETE', `${PATH}/${id(4)}`)).status).toBe(204)
  expect((await app.send('GET', `${PATH}/${id(4)}`)).status).toBe(404)
  const { objects } = await app.env.FILES.list({ prefix: `tenants/acme/voice/${id(4)}/` })
  expect(objects).toEqual([])
  expect(app.voiceObjects.asked).toContain(`forget acme:${id(4)}`)
})

test('who leaves takes sessions and recordings along; so does time', async () => {
  await remember(5, { userId: 'leaver', items: [line(1, 'i', 'mine')] })
  await record(5)
  await remember(6, { startedAt: ago(91 * DAY) })
  await remember(7, { startedAt: ago(89 * DAY) })
  await asOwner(app, `delete from users where id = 'leaver'`)
  const sweep = () =>
    sweepVoiceSessions({ env: app.env, log: edgeLog(app.env), now: () => new Date(), contextOf })
  await sweep()
  const left = (await list('?limit=100', {})).ids
  expect(left).not.toContain(id(5))
  expect(left).not.toContain(id(6))
  expect(left).toContain(id(7))
  const { objects } = await app.env.FILES.list({ prefix: `tenants/acme/voice/${id(5)}/` })
  expect(objects).toEqual([])
  expect(await asOwner(app, `select text from voice_items where session_id = $1`, id(5))).toEqual(
    [],
  )
})

test('nothing is recorded until the tenant allows it; the change is audited', async () => {
  const settings = '/api/voice/settings'
  const get = async (who: Who = {}) => (await app.send('GET', settings, undefined, who)).json()
  expect(await get()).toEqual({ may_record: false, recording_days: 30 })
  const wanted = { may_record: true, recording_days: 14 }
  expect((await app.send('PUT', settings, wanted, ADA)).status).toBe(403)
  const wrong = await app.send('PUT', settings, { may_record: true, recording_days: 0 })
  expect(wrong.status).toBe(422)
  expect(await wrong.json()).toMatchObject({ errors: [{ pointer: '/recording_days' }] })
  expect(await (await app.send('PUT', settings, wanted)).json()).toEqual(wanted)
  expect(await get(ADA)).toEqual(wanted)
  expect(await get({ tenant: 'globex' })).toMatchObject({ may_record: false })
  const logged = await asOwner(
    app,
    `select count(*)::int as n from audit_log where
    body like '%voice_settings%'`,
  )
  expect(logged).toEqual([{ n: 1 }])
})
