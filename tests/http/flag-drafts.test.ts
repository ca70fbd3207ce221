/** What flags were and what they may become: two editors, history, restore, drafts and approvals. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { startApp, type TestApp } from './harness.ts'

let app: TestApp
beforeAll(async () => void (app = await startApp()))
afterEach(() => app.settle())
afterAll(() => app?.close())

const FLAGS = '/api/admin/feature-flags'
let count = 0
let path: string
beforeEach(async () => {
  const name = `draft_${++count}`
  path = `${FLAGS}/${name}`
  await app.send('POST', FLAGS, { name, enabled: true, comment: 'First' })
})

const jsonOf = async (answer: Response | Promise<Response>) => Object(await (await answer).json())

test('ten changes at once are all stored, each as a version of its own', async () => {
  const fields = Array.from({ length: 10 }, (_, at) => ({ metadata: { at } }))
  const changes = fields.map((change) => app.send('PATCH', path, change))
  const versions = await Promise.all(
    changes.map(async (change) => Object(await (await change).json()).version),
  )
  expect(versions.toSorted((a, b) => a - b)).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
})

test('of two editors at once the second is told of both versions', async () => {
  const edit = (description: string) => app.send('PATCH', path, { description, version: 1 })
  const answers = await Promise.all([edit('one'), edit('two')])
  const [won, lost] = answers.toSorted((a, b) => a.status - b.status)
  expect([won!.status, lost!.status]).toEqual([200, 409])
  const current = await won!.json()
  expect(await lost!.json()).toMatchObject({ code: 'conflict', yours: 1, current })
})

test('every version stays, is compared with the one before, and comes back at once', async () => {
  await app.send('PATCH', path, { defaultValue: false, comment: 'Off for all' })
  const { items } = await jsonOf(app.send('GET', `${path}/history`))
  expect(items).toMatchObject([
    { version: 2, comment: 'Off for all', document: { defaultValue: false } },
    { version: 1, comment: 'First', document: { defaultValue: true } },
  ])
  const diff = await jsonOf(app.send('GET', `${path}/history/2/diff`))
  expect(diff).toEqual({ items: [{ pointer: '/defaultValue', from: true, to: false }] })

  const restored = await jsonOf(app.send('POST', `${path}/restore`, { version: 1 }))
  expect(restored).toMatchObject({ version: 3, defaultValue: true })
  expect((await app.send('DELETE', path)).status).toBe(204)
  expect((await app.send('POST', `${path}/restore`, { version: 4 })).status).toBe(409)
  const back = await jsonOf(app.send('POST', `${path}/restore`, { version: 2 }))
  expect(back).toMatchObject({ version: 5, defaultValue: false })
  expect((await app.send('POST', `${path}/restore`, { version: 9 })).status).toBe(404)
})

test('a flag of a tenant’s beginning can be brought back to what it was', async () => {
  const flag = `${FLAGS}/beta_features`
  await app.send('PATCH', flag, { defaultValue: true })
  const { items } = await jsonOf(app.send('GET', `${flag}/history?limit=1`))
  expect(items).toMatchObject([{ version: 2 }])
  const back = await jsonOf(app.send('POST', `${flag}/restore`, { version: 1 }))
  expect(back).toMatchObject({ version: 3, defaultValue: false })
})

async function draft(fields: object) {
  const { items } = await jsonOf(app.send('GET', `${path}/history?limit=1`))
  const [{ document }] = items
  const body = { document: { ...document, ...fields }, comment: 'Please' }
  return jsonOf(app.send('POST', `${path}/drafts`, body))
}

test('where approvals are asked for, nothing is published without one of somebody else', async () => {
  const production = '/api/admin/flag-environments/production'
  expect((await app.send('PUT', production, { approvals: 1 })).status).toBe(200)
  try {
    const direct = await app.send('PATCH', path, { defaultValue: false })
    expect(direct.status).toBe(409)
    expect((await app.send('PATCH', path, { description: 'Words' })).status).toBe(200)

    const outdated = await draft({ defaultValue: false })
    await app.send('PATCH', path, { description: 'More words' })
    const { id, baseVersion } = await draft({ defaultValue: false })
    expect([outdated.baseVersion, baseVersion]).toEqual([2, 3])
    const at = `${path}/drafts/${id}`
    expect((await app.send('POST', `${at}/publish`, {})).status).toBe(409)
    expect((await app.send('POST', `${at}/approve`)).status).toBe(403)
    const key = { scopes: ['flag.write'], subject: 'robot' }
    expect((await app.send('POST', `${at}/approve`, undefined, key)).status).toBe(403)
    const grace = { subject: 'grace' }
    for (const _ of [1, 2]) {
      const approved = await jsonOf(app.send('POST', `${at}/approve`, undefined, grace))
      expect(approved).toMatchObject({ approvers: ['grace'] })
    }
    const published = await app.send('POST', `${at}/publish`, {})
    expect(await jsonOf(published)).toMatchObject({ version: 4, defaultValue: false })
    expect(await jsonOf(app.send('GET', at))).toMatchObject({ state: 'published' })
    expect((await app.send('POST', `${at}/publish`, {})).status).toBe(409)
    const late = await app.send('POST', `${path}/drafts/${outdated.id}/publish`, {})
    expect(await jsonOf(late)).toMatchObject({ code: 'conflict', yours: 2 })

    const urgent = await draft({ defaultValue: true })
    const reason = { emergency: 'The shop is on fire' }
    const bypass = await app.send('POST', `${path}/drafts/${urgent.id}/publish`, reason)
    expect(await jsonOf(bypass)).toMatchObject({ version: 5, defaultValue: true })
    const log = await jsonOf(app.send('GET', '/api/admin/audit?event=flag.draft'))
    expect(log.items.map(({ entry }: { entry: { event: string } }) => entry.event)).toEqual(
      expect.arrayContaining(['flag.draft.bypass', 'flag.draft.publish', 'flag.draft.approve']),
    )
    const killed = await app.send('PUT', production, { killed: true })
    expect(killed.status).toBe(200)
    expect((await app.send('PATCH', path, { defaultValue: false })).status).toBe(409)
    expect((await app.send('PUT', production, { killed: false })).status).toBe(200)
    const off = await app.send('POST', `${path}/toggle`, { enabled: false })
    expect(off.status).toBe(200)
  } finally {
    await app.send('PUT', production, { approvals: 0 })
  }
})
