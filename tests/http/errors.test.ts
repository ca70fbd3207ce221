/** Failures on their way from each Worker through the queue to a Sentry of this process. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { reporterOf } from '../../shared/error-queue.ts'
import type { ErrorReport } from '../../shared/error-report.ts'
import { tenantHash } from '../../shared/error-report.ts'
import { createLog } from '../../shared/log.ts'
import { consumeQueue, testReporting } from '../../workers/queue.ts'
import { runSchedule } from '../../workers/schedule.ts'
import { startIdentity } from './identity-harness.ts'
import { deliver } from './knowledge-harness.ts'
import { startSentry } from './sentry-server.ts'

type Harness = Awaited<ReturnType<typeof startIdentity>>

let app: Harness
let sentry: Awaited<ReturnType<typeof startSentry>>
const reports: ErrorReport[] = []

beforeAll(async () => {
  ;[app, sentry] = await Promise.all([startIdentity(), startSentry()])
  const ERROR_REPORTS = { send: async (report: ErrorReport) => void reports.push(report) }
  const INDEXER = { testReporting: (requestId: string) => testReporting(app.env, requestId) }
  for (const env of [app.env, app.settings]) {
    Object.assign(env, { ERROR_REPORTS, INDEXER, SENTRY_DSN: sentry.dsn })
  }
  Object.assign(app.env, { IDENTITY: app.plainIdentity })
})
beforeEach(() => {
  sentry.state.status = 200
  for (const kept of [reports, sentry.events, sentry.texts]) kept.length = 0
})
afterEach(async () => {
  app.neon.setUp(true)
  await app.settle()
})
afterAll(() => Promise.all([app?.close(), sentry?.close()]))

/** What the queue does with all reports there are. */
async function send() {
  await app.settle()
  const fates = await deliver(app, structuredClone(reports), { queue: 'errors' })
  return fates.map(({ type }) => type)
}

test('a failed request is an event with its stack, its tags and what led to it', async () => {
  const token = await app.token({ tenant: 'tenant-of-the-test' })
  app.neon.setUp(false)
  const failed = await app.app.request(
    '/api/admin/feature-flags/new_greeting?by=ada@example.com',
    { headers: { authorization: `Bearer ${token}`, 'user-agent': 'Test/1', 'x-ssn': '123' } },
    app.env,
    app.execution,
  )
  expect(failed.status).toBe(503)
  expect(await send()).toEqual(['ack'])

  const [event] = sentry.events
  expect(event).toMatchObject({
    event_id: reports[0]!.id,
    level: 'error',
    release: 'voiceassist@0.1.0',
    environment: 'local',
    tags: {
      service: 'edge',
      request_id: failed.headers.get('x-request-id'),
      trace_id: expect.stringMatching(/^[0-9a-f]{32}$/),
      tenant: tenantHash('tenant-of-the-test'),
    },
    extra: { message: 'request failed', path: '/api/admin/feature-flags/new_greeting' },
    request: {
      method: 'GET',
      url: 'http://localhost/api/admin/feature-flags/new_greeting',
      query_string: 'by=[EMAIL_REDACTED]',
      headers: { 'user-agent': 'Test/1' },
    },
  })
  const [cause, problem] = event!.exception!.values.slice(-2)
  expect(problem).toMatchObject({ type: 'ProblemError', value: /database does not answer/ })
  expect(cause!.stacktrace.frames.length).toBeGreaterThan(0)
  expect(problem!.stacktrace.frames.at(-1)!.filename).toMatch(/shared\/database\.ts$/)
  expect(sentry.texts.join()).not.toMatch(/tenant-of-the-test|ada@example|x-ssn|eyJ/)
})

test('lines before the failure are its breadcrumbs, and none of them says who', async () => {
  const waitUntil = (work: Promise<unknown>) => void work
  const reporter = reporterOf(app.env, { waitUntil })
  const log = createLog({ reporter, write: () => {} }, { worker: 'indexer', queue: 'documents' })
  log.info('asked ada@example.com', { attempt: 1, phone: '+15551234567', body: { secret: 'x' } })
  log
    .with({ tenant_id: 't1', call_id: 'call-7' })
    .warn('again', { url: 'https://x.test/?token=abc' })
  const cause = new Error('call +1 555 123 4567')
  log
    .with({ call_id: 'call-7' })
    .error('gave up', { error: new Error('outer va@1.0.0', { cause }) })
  expect(await send()).toEqual(['ack'])

  const [event] = sentry.events
  expect(event).toMatchObject({
    tags: { service: 'indexer', queue: 'documents', call_id: 'call-7' },
    breadcrumbs: [
      {
        message: 'asked [EMAIL_REDACTED]',
        level: 'info',
        data: { attempt: 1, phone: '[PHONE_REDACTED]' },
      },
      { message: 'again', level: 'warning', data: { url: 'https://x.test/?token=[REDACTED]' } },
    ],
  })
  expect(event!.exception!.values.map(({ value }) => value)).toEqual([
    'call [PHONE_REDACTED]',
    'outer va@1.0.0',
  ])
})

test('the identity Worker, queues and schedules report theirs', async () => {
  app.neon.setUp(false)
  const env = { ...app.env, IDENTITY: app.binding }
  await app.app.request('/api/auth/providers', {}, env, app.execution)
  await app.settle()
  await runSchedule({} as ScheduledController, app.env, app.execution)
  await app.settle()
  const message = { documentId: crypto.randomUUID(), tenantId: 'acme', requestId: 'r1' }
  await consumeQueue(
    {
      queue: 'documents',
      messages: [{ id: '1', attempts: 1, body: message, ack() {}, retry() {} }],
    } as unknown as MessageBatch,
    app.env,
    { waitUntil: (work) => app.execution.waitUntil(work) },
  )
  await app.settle()
  const services = new Set(reports.map(({ tags }) => tags['service']))
  expect(services).toEqual(new Set(['edge', 'identity', 'indexer']))
  expect(reports.some(({ tags }) => tags['job'] === 'setGauges')).toBe(true)
})

test('refusals of a caller are no failures', async () => {
  await app.request('/api/admin/feature-flags')
  await app.request('/nowhere')
  await app.settle()
  expect(reports).toEqual([])
})

test('a report waits while Sentry is away, and is given up when it is refused', async () => {
  app.neon.setUp(false)
  await app.send('GET', '/api/admin/feature-flags')
  await app.settle()
  for (const status of [429, 503]) {
    sentry.state.status = status
    expect(await send()).toEqual(['retry'])
  }
  sentry.state.status = 403
  expect(await send()).toEqual(['ack'])
  sentry.state.status = 200
  expect(await send()).toEqual(['ack'])
  expect(sentry.events.map(({ event_id }) => event_id)).toEqual([reports[0]!.id])
  expect(app.metrics.count('voiceassist_error_reports_total', 'retried')).toBe(2)
})

test('a queue that is away changes no answer', async () => {
  const ERROR_REPORTS = { send: () => Promise.reject(new Error('gone')) }
  const env = { ...app.env, ERROR_REPORTS, DATABASE_URL: undefined }
  const answer = await app.app.request('/api/admin/feature-flags', {}, env, app.execution)
  await app.settle()
  expect([answer.status, reports]).toEqual([500, []])
})

test('while everything fails, a minute has fifty reports', async () => {
  const env = { ...app.env, DATABASE_URL: undefined }
  for (let n = 0; n < 60; n++) await app.app.request('/ready', {}, env, app.execution)
  await app.settle()
  expect(reports).toHaveLength(50)
})

test('without a DSN nothing is reported', async () => {
  const env = { ...app.env, SENTRY_DSN: '', DATABASE_URL: undefined }
  await app.app.request('/ready', {}, env, app.execution)
  await app.settle()
  expect(reports).toEqual([])
})

test('those who run the platform can send a test event', async () => {
  const asked = async (who = {}) => app.send('POST', '/api/admin/ops/sentry-test', undefined, who)
  const answer = await asked({ runsPlatform: true })
  expect(answer.status).toBe(200)
  expect(await answer.json()).toMatchObject({ configured: true, sent: true })
  expect(sentry.events).toHaveLength(1)
  expect((await asked()).status).toBe(403)
  expect((await app.request('/api/admin/ops/sentry-test', { method: 'POST' })).status).toBe(401)
})

test('an event of a platform’s test says whether it arrived', async () => {
  const sent = await testReporting(app.env, 'request-1')
  expect(sent).toEqual({ configured: true, sent: true, eventId: sentry.events[0]!.event_id })
  expect(sentry.events[0]).toMatchObject({ level: 'info', tags: { request_id: 'request-1' } })
  sentry.state.status = 500
  const lost = { configured: true, sent: false, eventId: null }
  expect(await testReporting(app.env, 'request-2')).toEqual(lost)
  const off = { ...app.env, SENTRY_DSN: '' }
  expect(await testReporting(off, 'r3')).toEqual({ configured: false, sent: false, eventId: null })
})
