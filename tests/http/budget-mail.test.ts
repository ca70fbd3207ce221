/** Who gets mails about a budget, and in which language. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connect } from '../../operations/database/connection.ts'
import { mailNews } from '../../workers/identity-worker/budget-mail.ts'
import { callContext } from '../../workers/identity-worker/context.ts'
import type { BudgetNews } from '../../workers/usage/schemas.ts'
import type { MailMessage } from '../../workers/workspace/schemas.ts'
import { sessionOf } from './identity-harness.ts'
import { type Person, startTenants, type TestTenants } from './tenant-harness.ts'

let app: TestTenants
let tenantId: string
let [admin, keeper] = [{} as Person, {} as Person]
beforeAll(async () => {
  app = await startTenants()
  tenantId = app.owner.tenant.id
  admin = await app.person('grace', 'admin')
  const role = { name: 'treasurer', permissions: ['usage.read', 'budget.manage'] }
  await app.send('POST', '/api/admin/roles', role, app.owner.accessToken)
  keeper = await app.person('keeper', 'viewer')
  const body = { role: 'treasurer' }
  await app.send('PATCH', `/api/admin/users/${keeper.id}`, body, app.owner.accessToken)
  await app.person('eve', 'editor')
  await app.person('bob', 'admin', await otherTenant())
  const banned = await app.person('mallory', 'admin')
  await connect(app.database.owner).transaction((sql) => [
    sql.query(`insert into auth.bans values ($1, 'spam', 'x', now(), null)`, [banned.id]),
  ])
})
afterAll(() => app.close())

async function otherTenant() {
  const sql = connect(app.database.owner)
  await sql.transaction([
    sql.query(`select set_config('app.tenant_id', 'other', true)`),
    sql.query(`insert into tenants values ('other', 'Other', now())`),
    sql.query(
      `insert into auth.organizations (id, name, slug, created_at) values ('other', 'Other', 'other', now())`,
    ),
  ])
  return 'other'
}

const share: BudgetNews = {
  type: 'share',
  tenantId: '',
  limit: 'monthly',
  percent: 90,
  spent: 450_000_000,
  microDollars: 500_000_000,
}

async function mailsOf(news: BudgetNews): Promise<MailMessage[]> {
  app.mails.length = 0
  const ctx = callContext(app.settings, () => {})
  await mailNews(ctx, { ...news, tenantId })
  return app.mails.splice(0)
}

test('those who may change the budget get a mail, by any role, and nobody else', async () => {
  const mails = await mailsOf(share)
  expect(mails.map(({ to }) => to).toSorted((a, b) => a.localeCompare(b))).toEqual(
    [app.owner.user.email, admin.email, keeper.email].toSorted((a, b) => a.localeCompare(b)),
  )
  expect(mails[0]).toMatchObject({
    template: 'budget-alert',
    locale: 'en',
    data: {
      organization: 'Analytical Engines',
      limit: 'monthly',
      percent: 90,
      spent: 450_000_000,
      of: 500_000_000,
      url: expect.stringMatching(/\/console\/costs$/),
    },
  })
})

test('the language is the one the browser asked for last; who says none changes nothing', async () => {
  const renew = (cookie: string, headers: object = {}) =>
    app.request('/api/auth/token', { headers: { cookie, ...headers } })
  await sessionOf(await renew(admin.cookie, { 'accept-language': 'ru-RU,ru;q=0.9,en;q=0.8' }))
  await app.settle()
  await sessionOf(await renew(admin.cookie))
  await app.settle()
  const anomaly: BudgetNews = {
    type: 'anomaly',
    tenantId: '',
    hour: '2026-11-26T14:00:00.000Z',
    microDollars: 9_000_000,
    usual: 1_000_000,
  }
  const mails = await mailsOf(anomaly)
  const localeOf = (email: string) => mails.find(({ to }) => to === email)?.locale
  expect(localeOf(admin.email)).toBe('ru')
  expect(localeOf(keeper.email)).toBe('en')
  expect(mails[0]).toMatchObject({
    template: 'cost-anomaly',
    data: { at: '2026-11-26T14:00:00.000Z', spent: 9_000_000, usual: 1_000_000 },
  })
  await sessionOf(await renew(admin.cookie, { 'accept-language': 'en' }))
  await app.settle()
  expect((await mailsOf(anomaly)).find(({ to }) => to === admin.email)?.locale).toBe('en')
})
