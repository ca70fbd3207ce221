/** Costs in the console: sums, days, calls, files, and the budget two people change at once. */
import { readFile } from 'node:fs/promises'
import { decodeJwt } from 'jose'
import type { Page } from 'playwright-core'
import { beforeAll, expect, inject, test } from 'vitest'
import { connect } from '../../operations/database/connection.ts'
import { at, openSignedIn, overflowOf, violationsOf } from './browser.ts'
import { call, ownerToken } from './people.ts'

const CALLS = 60
/** Of a day long ago, so that nothing else in the deployment is among it. */
const DAY = '2026-02-03'
const RANGE = `from=2026-02-01&to=2026-02-05`

/** Rows of the ledger as its consumer leaves them: three models, some of one answer. */
beforeAll(async () => {
  const { databaseUrl, databaseHttpUrl: httpUrl } = inject('consoleUnderTest')
  const { org: tenant, sub } = decodeJwt(await ownerToken())
  await connect({ databaseUrl, httpUrl }).transaction((sql) => [
    sql`select set_config('app.tenant_id', ${String(tenant)}, true)`,
    sql.query(
      `insert into usage_ledger select $1, gen_random_uuid(), $3::timestamptz + i * interval '1 second',
         'p', case when i % 2 = 0 then 'large' else 'small' end, 'answer', 'POST /api/ask', $2, null,
         case when i <= 3 then 'answer-of-three' end, 'r', 100, 0, 50, 0, 0, 0, 0, 10000, 'v', false
       from generate_series(1, ${CALLS}) i`,
      [String(tenant), String(sub), `${DAY}T12:00:00Z`],
    ),
  ])
})

const table = (page: Page, name: string) => page.getByRole('table', { name })

test('sums, days and calls of a range; a row narrows all of them down, in the address', async () => {
  const page = await openSignedIn(`/costs?${RANGE}`)
  await page.getByRole('img', { name: 'In all: $0.60.' }).waitFor()
  await page.getByText('Days as a table').click()
  await table(page, 'Days as a table').getByText('Feb 3, 2026').waitFor()
  const sums = table(page, 'Sums')
  expect(await sums.getByRole('row').count()).toBe(3)
  expect(await violationsOf(page)).toEqual([])

  await sums.getByRole('link', { name: 'Only large' }).click()
  await expect.poll(() => new URL(page.url()).searchParams.get('model')).toBe('large')
  await page.getByRole('img', { name: 'In all: $0.30.' }).waitFor()
  await page.getByRole('button', { name: 'Remove the filter Model: large' }).click()
  await page.getByRole('img', { name: 'In all: $0.60.' }).waitFor()

  await page.getByRole('combobox', { name: 'By', exact: true }).selectOption('Answer')
  await sums.getByRole('link', { name: 'Only answer-of-three' }).click()
  await page.getByRole('img', { name: 'In all: $0.03.' }).waitFor()
  expect(new URL(page.url()).searchParams.get('query')).toBe('answer-of-three')
  await page.reload()
  await page.getByRole('img', { name: 'In all: $0.03.' }).waitFor()
  expect(await table(page, 'Calls of models').getByRole('row').count()).toBe(4)
})

test('calls come in pages, and go along as a file', async () => {
  const page = await openSignedIn(`/costs?${RANGE}`)
  const calls = table(page, 'Calls of models')
  await calls.waitFor()
  expect(await calls.getByRole('row').count()).toBe(51)
  await page.getByRole('button', { name: 'Load more' }).click()
  await expect.poll(() => calls.getByRole('row').count()).toBe(CALLS + 1)
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Export CSV' }).click(),
  ])
  const [head, ...rows] = (await readFile(await file.path(), 'utf8')).trim().split('\n')
  expect(head).toMatch(/^id,at,provider,model,/)
  expect(rows).toHaveLength(CALLS)
})

test('the budget is changed, and of two at once the second is told and may insist', async () => {
  const page = await openSignedIn('/costs')
  const budget = page.getByRole('region', { name: 'Budget' })
  await budget.getByLabel('A month').fill('500')
  await budget.getByRole('button', { name: 'Save budget' }).click()
  await page.getByText('The budget was changed.').waitFor()
  await budget.getByText('of $500.00 spent').waitFor()

  const token = await ownerToken()
  const read = await call<{ version: number }>('/api/admin/budget', undefined, token)
  const { url } = inject('consoleUnderTest')
  const theirs = { daily: 7_000_000, monthly: null, userDaily: null, perCall: null }
  const response = await fetch(`${url}/api/admin/budget`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ ...theirs, version: read.version }),
  })
  expect(response.status).toBe(200)

  await budget.getByLabel('A month').fill('600.5')
  await budget.getByRole('button', { name: 'Save budget' }).click()
  await budget.getByText('Somebody changed the budget meanwhile.').waitFor()
  await budget.getByText('Now: $7.00').waitFor()
  // What was typed stays; what was not is as it holds now.
  expect(await budget.getByLabel('A month').inputValue()).toBe('600.5')
  expect(await budget.getByLabel('A day', { exact: true }).inputValue()).toBe('7')
  expect(await violationsOf(page)).toEqual([])
  await budget.getByRole('button', { name: 'Save budget' }).click()
  await budget.getByText('of $600.50 spent').waitFor()
  const stored = await call<object>('/api/admin/budget', undefined, token)
  expect(stored).toMatchObject({ daily: 7_000_000, monthly: 600_500_000 })
  await budget.getByLabel('A day', { exact: true }).fill('')
  await budget.getByLabel('A month').fill('')
  await budget.getByRole('button', { name: 'Save budget' }).click()
  await budget.getByText('of $600.50 spent').waitFor({ state: 'detached' })
})

test('on a phone, and in Russian, it fits and stays accessible', async () => {
  const options = { viewport: { width: 390, height: 844 }, locale: 'ru-RU' }
  const page = await openSignedIn(`/costs?${RANGE}`, { options })
  await page.getByRole('heading', { level: 1, name: 'Расходы' }).waitFor()
  await page.getByRole('img', { name: /^Всего: 0,60\s\$\.$/ }).waitFor()
  await table(page, 'Вызовы моделей').waitFor()
  expect(await overflowOf(page)).toBeLessThanOrEqual(0)
  expect(await violationsOf(page)).toEqual([])
})

test('without any call there are words in place of a chart', async () => {
  const page = await openSignedIn('/costs?from=2020-01-01&to=2020-01-02')
  await page.getByText('Nothing was spent in these days.').first().waitFor()
  await page.getByText('No call matches.').waitFor()
  await page.goto(at('/costs?from=2020-01-02&to=2020-01-01'))
  await page.getByRole('alert').first().waitFor()
  expect(await violationsOf(page)).toEqual([])
})
