/** Flags of other products come over: rehearsed, created, proposed, and once only. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { exportOf } from '../unit/flags/import/exports.ts'
import { startApp, type TestApp } from './harness.ts'

let app: TestApp
beforeAll(async () => void (app = await startApp()))
afterEach(() => app.settle())
afterAll(() => app?.close())

const FLAGS = '/api/admin/feature-flags'
const take = (body: object, who = {}) => app.send('POST', '/api/admin/flag-import', body, who)
const jsonOf = async (answer: Response | Promise<Response>) => Object(await (await answer).json())
const outcomes = (report: { flags: { name: string; outcome: string }[] }) =>
  Object.fromEntries(report.flags.map(({ name, outcome }) => [name, outcome]))
const unleash = {
  format: 'unleash',
  document: exportOf.unleash,
  environments: { prod: 'production' },
}

test('a rehearsal says what would become of each flag, and changes nothing', async () => {
  const who = { tenant: 'globex' }
  const report = await jsonOf(take({ ...unleash, dryRun: true }, who))
  expect(outcomes(report)).toEqual({
    'checkout.redesign': 'drafted',
    new_search: 'drafted',
    child: 'drafted',
  })
  expect((await app.send('GET', `${FLAGS}/child`, undefined, who)).status).toBe(404)
  const segments = await jsonOf(app.send('GET', '/api/admin/flag-segments', undefined, who))
  expect(segments.items).toEqual([])
})

test('what came over whole is created and decides as there; the rest waits as drafts', async () => {
  const report = await jsonOf(take({ format: 'flagd', document: exportOf.flagd }))
  expect(outcomes(report)).toEqual({
    'new-welcome-banner': 'created',
    is_beta: 'created',
    'header-color': 'created',
    'by-the-clock': 'drafted',
    old_thing: 'created',
  })
  const at = '/ofrep/v1/evaluate/flags/new-welcome-banner'
  const context = { targetingKey: 'u1', email: 'ada@acme.example' }
  const answer = await jsonOf(app.send('POST', at, { context }))
  expect(answer).toMatchObject({ value: 'friendly', variant: 'friendly' })
  const { draft } = report.flags.find(({ name }: { name: string }) => name === 'by-the-clock')
  const drafts = await jsonOf(app.send('GET', `${FLAGS}/by-the-clock/drafts`))
  expect(drafts.items).toMatchObject([{ id: draft, state: 'open', baseVersion: 0 }])
  const log = await jsonOf(app.send('GET', '/api/admin/audit?event=flag.import'))
  expect(log.items).toHaveLength(1)
  expect(log.items[0].entry).toMatchObject({ facts: { format: 'flagd', created: 4 } })
})

test('the same import again changes nothing, and proposes nothing twice', async () => {
  const first = await jsonOf(take(unleash))
  expect(first.segments).toEqual([{ name: 'Europe', outcome: 'created' }])
  const versions = async () => (await jsonOf(app.send('GET', '/api/admin/flag-environments'))).items
  const before = await versions()
  const again = await jsonOf(take(unleash))
  expect(again.segments).toEqual([{ name: 'Europe', outcome: 'unchanged' }])
  const draftsOf = ({ flags }: { flags: { draft: string | null }[] }) =>
    flags.map(({ draft }) => draft)
  expect(draftsOf(again)).toEqual(draftsOf(first))
  expect(await versions()).toEqual(before)
  const created = { format: 'flagd', document: exportOf.flagd }
  await take(created)
  expect(outcomes(await jsonOf(take(created)))).toMatchObject({ is_beta: 'unchanged' })
})

test('a flag that is another here already is never overwritten', async () => {
  await app.send('POST', FLAGS, {
    name: 'banner',
    enabled: true,
    type: 'string',
    defaultValue: 'x',
  })
  const body = { format: 'growthbook', document: exportOf.growthBook }
  const report = await jsonOf(take(body))
  expect(outcomes(report)).toMatchObject({ banner: 'drafted', checkout: 'drafted' })
  expect(await jsonOf(app.send('GET', `${FLAGS}/banner`))).toMatchObject({ defaultValue: 'x' })
})

test('what lint or the engine refuses is proposed with the refusal, and what needs it with it', async () => {
  const on = { state: 'ENABLED', variants: { on: true, off: false }, defaultVariant: 'on' }
  const flag = (id: string, rules: object[]) => ({ [id]: { defaultValue: true, rules } })
  const gate = { parentConditions: [{ id: 'stalls', condition: { value: true }, gate: true }] }
  const features = {
    ...flag('stalls', [{ id: 'r', condition: { id: { $regex: '(a+)+$' } }, force: false }]),
    ...flag('follows', [{ id: 'g', ...gate }]),
  }
  const report = await jsonOf(take({ format: 'growthbook', document: { features } }))
  expect(report.flags).toMatchObject([
    {
      name: 'stalls',
      outcome: 'drafted',
      notes: [{ reason: expect.stringMatching(/patternSteps/) }],
    },
    {
      name: 'follows',
      outcome: 'drafted',
      notes: [{ reason: expect.stringMatching(/^unknown-prerequisite/) }],
    },
  ])
  const clash = await jsonOf(
    take({ format: 'flagd', dryRun: true, document: { flags: { 'A b': on, a_b: on } } }),
  )
  expect(clash.flags).toMatchObject([
    { source: 'A b', name: 'a_b', outcome: 'created' },
    { source: 'a_b', outcome: 'refused' },
  ])
})

test('all as drafts, when that is asked for', async () => {
  const document = { flags: { only_proposed: exportOf.flagd.flags.isBeta } }
  const report = await jsonOf(take({ format: 'flagd', document, as: 'drafts' }))
  expect(report.flags).toMatchObject([{ outcome: 'drafted', draft: expect.any(String) }])
  expect((await app.send('GET', `${FLAGS}/only_proposed`)).status).toBe(404)
})

const many = Object.fromEntries(
  Array.from({ length: 501 }, (_, n) => [`f${n}`, exportOf.flagd.flags.isBeta]),
)
test.each([
  ['/document/flags', { format: 'flagd', document: {} }],
  ['/document/items/0/key', { format: 'launchdarkly', document: { items: [{}] } }],
  ['/format', { format: 'statsig', document: {} }],
  ['/environments/prod', { ...unleash, environments: { prod: 'nowhere' } }],
  ['/document', { format: 'flagd', document: { flags: many } }],
])('a bad import is refused at %s', async (pointer, body) => {
  const answer = await take(body)
  expect(answer.status).toBe(422)
  expect(answer.headers.get('content-type')).toBe('application/problem+json')
  expect((await jsonOf(answer)).errors).toMatchObject([{ in: 'json', pointer }])
})

test('an export of more than a mebibyte is refused', async () => {
  const answer = await take({ format: 'flagd', document: 'x'.repeat(1024 * 1024) })
  expect(answer.status).toBe(413)
})
