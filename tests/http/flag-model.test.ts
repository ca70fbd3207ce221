/** What flags are aimed with, as it shows in evaluations: rules, segments, overrides, switches, lint. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { traceparentOf } from '../../shared/trace.ts'
import { edgeContext, edgeLog } from '../../workers/edge-context.ts'
import { expireOverrides } from '../../workers/flags/schedule.ts'
import { startApp, type TestApp } from './harness.ts'

let app: TestApp
beforeAll(async () => void (app = await startApp()))
afterEach(async () => {
  vi.useRealTimers()
  await app.settle()
})
afterAll(() => app?.close())

const FLAGS = '/api/admin/feature-flags'
let count = 0
let name: string
beforeEach(() => void (name = `model_${++count}`))

const create = (fields: object = {}, who = {}) =>
  app.send('POST', FLAGS, { name, enabled: true, ...fields }, who)
const aimed = (settings: object, fields: object = {}) =>
  create({ ...fields, environments: { production: settings } })
const evaluated = async (context: object, key = name, who = {}) => {
  const answer = await app.send('POST', `/ofrep/v1/evaluate/flags/${key}`, { context }, who)
  return Object(await answer.json())
}
const refusalOf = async (answer: Response) => {
  const { detail } = Object(await answer.json())
  return [answer.status, String(detail).split(':')[0]]
}

test('every tenant begins with the flags the platform asks for, and they have their defaults', async () => {
  const { items } = Object(await (await app.send('GET', `${FLAGS}?tag=platform&limit=200`)).json())
  const defaults = items.map((flag: { name: string; defaultValue: unknown }) => [
    flag.name,
    flag.defaultValue,
  ])
  expect(Object.fromEntries(defaults)).toEqual({
    rbac_enforcement: true,
    rbac_strict_mode: false,
    metrics_enabled: true,
    tracing_enabled: true,
    logging_verbose: false,
    nextcloud_integration: false,
    openai_enabled: true,
    nextcloud_auto_index: false,
    rag_strategy: 'simple',
    rag_max_results: 5,
    rag_score_threshold: 0.2,
    cache_enabled: true,
    async_indexing: true,
    beta_features: false,
    experimental_api: false,
  })
  expect(await evaluated({}, 'rag_strategy')).toMatchObject({ value: 'simple', reason: 'STATIC' })
  const change = await app.send('PATCH', `${FLAGS}/rag_strategy`, { defaultValue: 'guess' })
  expect(await refusalOf(change)).toEqual([422, 'json-schema'])
})

test.each([
  ['string', 'blue'],
  ['number', 7],
  ['json', { size: [1, 2] }],
])('a %s flag is evaluated as what it is', async (type, defaultValue) => {
  await create({ type, defaultValue })
  expect(await evaluated({})).toMatchObject({ value: defaultValue })
  await app.send('PATCH', `${FLAGS}/${name}`, { description: 'same' })
  expect(await evaluated({})).toMatchObject({ value: defaultValue })
})

test('rules decide from the top: overrides, prerequisites, segments, rollouts', async () => {
  const segment = { body: { type: 'condition', condition: { plan: 'pro' } } }
  expect((await app.send('PUT', '/api/admin/flag-segments/pro', segment)).status).toBe(200)
  await create({ name: 'parent', defaultValue: true })
  const answer = await aimed(
    {
      prerequisites: [{ flag: 'parent', value: true }],
      rules: [
        { type: 'force', id: 'pros', segments: ['pro'], variant: 'large' },
        { type: 'rollout', id: 'some', percentage: 20, salt: 's1', value: 'medium' },
      ],
    },
    { type: 'string', defaultValue: 'small', variants: { large: 'large' } },
  )
  expect(answer.status).toBe(201)
  expect(await evaluated({ targetingKey: 'u1', plan: 'pro' })).toMatchObject({ value: 'large' })
  const units = Array.from({ length: 200 }, (_, n) => `unit-${n}`)
  const drawn = await Promise.all(
    units.map(async (id) => (await evaluated({ targetingKey: id })).value),
  )
  const share = drawn.filter((value) => value === 'medium').length
  expect(share).toBeGreaterThan(20)
  expect(share).toBeLessThan(60)

  const override = { unitId: 'u1', value: 'huge', reason: 'Asked for it' }
  expect((await app.send('POST', `${FLAGS}/${name}/overrides`, override)).status).toBe(200)
  expect(await evaluated({ targetingKey: 'u1', plan: 'pro' })).toMatchObject({ value: 'huge' })
  await app.send('PATCH', `${FLAGS}/parent`, { defaultValue: false })
  expect(await evaluated({ targetingKey: 'u1' })).toMatchObject({ value: 'huge' })
  expect((await evaluated({ targetingKey: 'u2', plan: 'pro' })).value).toBeUndefined()
  await app.send('PATCH', `${FLAGS}/parent`, { defaultValue: true })

  const page = await app.send('GET', `${FLAGS}/${name}/overrides`)
  expect(Object(await page.json()).items).toMatchObject([{ unitId: 'u1', reason: 'Asked for it' }])
  expect((await app.send('DELETE', `${FLAGS}/${name}/overrides/u1`)).status).toBe(204)
  expect(await evaluated({ targetingKey: 'u1', plan: 'pro' })).toMatchObject({ value: 'large' })
  expect((await app.send('DELETE', `${FLAGS}/${name}/overrides/u1`)).status).toBe(404)
})

test('the kill switch takes every value away, in one environment or in all, and gives them back', async () => {
  const who = { tenant: 'globex' }
  await create({}, who)
  const kill = (body: object) => app.send('POST', '/api/admin/flag-kill-switch', body, who)
  expect((await kill({ killed: true, environment: 'staging' })).status).toBe(200)
  expect(await evaluated({}, name, who)).toMatchObject({ value: true })
  expect((await kill({ killed: true })).status).toBe(200)
  expect(await evaluated({}, name, who)).toEqual({ key: name, reason: 'DISABLED' })
  expect(await evaluated({}, 'rag_strategy')).toMatchObject({ value: 'simple' })
  expect((await kill({ killed: false })).status).toBe(200)
  expect(await evaluated({}, name, who)).toMatchObject({ value: true })
  expect((await kill({ killed: true, environment: 'nowhere' })).status).toBe(404)
})

test('a flag is switched in one environment alone, and a change nobody sees publishes nothing', async () => {
  await create()
  const versions = async () => {
    const answer = await app.send('GET', '/api/admin/flag-environments')
    const { items } = Object(await answer.json())
    return Object.fromEntries(
      items.map((one: { name: string; version: number }) => [one.name, one.version]),
    )
  }
  const before = await versions()
  await app.send('POST', `${FLAGS}/${name}/toggle`, { environment: 'staging', enabled: false })
  const after = await versions()
  expect(after).toEqual({ ...before, staging: before['staging'] + 1 })
  expect(await evaluated({})).toMatchObject({ value: true })
  await app.send('PATCH', `${FLAGS}/${name}`, { description: 'Only words' })
  expect(await versions()).toEqual(after)
})

test('an override ends at its time, and the cron publishes without it', async () => {
  await create()
  const expiresAt = new Date(Date.now() + 60_000).toISOString()
  const override = { unitId: 'u1', value: false, reason: 'A trial', expiresAt }
  await app.send('POST', `${FLAGS}/${name}/overrides`, override)
  const past = { ...override, expiresAt: '2020-01-01T00:00:00.000Z' }
  expect((await app.send('POST', `${FLAGS}/${name}/overrides`, past)).status).toBe(422)
  expect(await evaluated({ targetingKey: 'u1' })).toMatchObject({ value: false })
  vi.useFakeTimers({ now: Date.now() + 61_000, toFake: ['Date'] })
  const contextOf = (tenantId: string) => {
    const actor = { type: 'system', job: 'expireOverrides' } as const
    const origin = { tenantId, actor, requestId: 'r', traceparent: traceparentOf(undefined) }
    return edgeContext(app.env, { ...origin, waitUntil: () => {} })
  }
  const now = () => new Date()
  await expireOverrides({ env: app.env, log: edgeLog(app.env), now, contextOf })
  expect(await evaluated({ targetingKey: 'u1' })).toMatchObject({ value: true })
  const page = await app.send('GET', `${FLAGS}/${name}/overrides`)
  expect(Object(await page.json()).items).toEqual([])
})

const rule = { type: 'force', id: 'r' }
const experiment = {
  type: 'experiment',
  id: 'e',
  key: 'exp',
  status: 'running',
  variations: [
    { variant: 'a', weight: 50 },
    { variant: 'b', weight: 50 },
  ],
}
const variants = { a: true, b: false }

test.each([
  ['value-type', {}, { defaultValue: 'text' }],
  ['value-type', {}, { type: 'json', defaultValue: [1, 2] }],
  ['json-schema', {}, { type: 'number', defaultValue: 5, jsonSchema: { maximum: 4 } }],
  ['undefined-variant', { rules: [{ ...rule, variant: 'nowhere' }] }, {}],
  ['served-value', { rules: [rule] }, {}],
  [
    'rule-id',
    {
      rules: [
        { ...rule, value: true },
        { ...rule, value: false },
      ],
    },
    {},
  ],
  ['unknown-segment', { rules: [{ ...rule, value: true, segments: ['nobody'] }] }, {}],
  ['unknown-prerequisite', { prerequisites: [{ flag: 'nowhere', value: true }] }, {}],
  [
    'weights',
    {
      rules: [
        {
          ...experiment,
          variations: [
            { variant: 'a', weight: 50 },
            { variant: 'b', weight: 49 },
          ],
        },
      ],
    },
    { variants },
  ],
  [
    'patternSteps',
    { rules: [{ ...rule, value: true, condition: { id: { $regex: '(a+)+' } } }] },
    {},
  ],
  [
    'inlineValues',
    { rules: [{ ...rule, value: true, condition: { id: { $in: Array(10_001).fill('x') } } }] },
    {},
  ],
])('lint refuses by its rule: %s', async (expected, settings, fields) => {
  const answer = await aimed(settings, fields)
  const [status, found] = await refusalOf(answer)
  expect([status, found]).toEqual([422, expected])
  expect((await app.send('GET', `${FLAGS}/${name}`)).status).toBe(404)
})

test('flags that need each other are refused, and so is deleting what another needs', async () => {
  await create()
  const other = `${name}.other`
  const needs = (flag: string) => ({ production: { prerequisites: [{ flag, value: true }] } })
  await create({ name: other, environments: needs(name) })
  const circle = await app.send('PATCH', `${FLAGS}/${name}`, { environments: needs(other) })
  expect(await refusalOf(circle)).toEqual([422, 'cycle'])
  const gone = await app.send('DELETE', `${FLAGS}/${name}`)
  expect(await refusalOf(gone)).toEqual([422, 'in-use'])
})

test('the draw of a running experiment changes with a new phase only', async () => {
  await aimed({ rules: [experiment] }, { variants })
  const patch = (fields: object) =>
    app.send('PATCH', `${FLAGS}/${name}`, {
      environments: { production: { rules: [{ ...experiment, ...fields }] } },
    })
  expect(await refusalOf(await patch({ salt: 'other' }))).toEqual([422, 'running-experiment'])
  expect((await patch({ coverage: 50 })).status).toBe(200)
  expect((await patch({ salt: 'other', phase: 1 })).status).toBe(200)
  expect(await evaluated({ targetingKey: 'u1' })).toMatchObject({
    variant: expect.stringMatching(/^(a|b|on)$/),
  })
})
