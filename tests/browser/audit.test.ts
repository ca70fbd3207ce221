/** The audit log: found, opened, taken along, and its chain computed anew in the page. */
import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import type { AuditChain } from '../../workers/audit/schemas.ts'
import { at, openSignedIn, violationsOf } from './browser.ts'
import { enroll, newEmail } from './people.ts'

beforeAll(() => enroll(newEmail('logged'), 'Logged'))

/** What the page gets instead of the server's answer. */
async function tamper(page: Page, change: (chain: AuditChain) => void) {
  await page.route('**/api/admin/audit/chain*', async (route) => {
    const response = await route.fetch()
    const chain: AuditChain = await response.json()
    change(chain)
    await route.fulfill({ response, json: chain })
  })
}

const verdict = (page: Page) => page.getByRole('region', { name: 'Verify the chain' })
const verify = (page: Page) => page.getByRole('button', { name: 'Verify chain' }).click()

test('a log nobody touched is intact, and says what that does not show', async () => {
  const page = await openSignedIn('/audit')
  await verify(page)
  await verdict(page).getByText('The log is intact.').waitFor()
  expect(
    await verdict(page)
      .getByText(/^\d+ entries computed, up to number \d+\./)
      .count(),
  ).toBe(1)
  expect(await verdict(page).locator('code').textContent()).toMatch(/^[0-9a-f]{64}$/)
  await verdict(page).getByText('What this cannot show').click()
  await verdict(page).getByText('What was never written down leaves no trace').waitFor()
  expect(await violationsOf(page)).toEqual([])
})

test('one changed entry is found, by its number', async () => {
  const page = await openSignedIn('/audit')
  let seq = 0
  await tamper(page, ({ rows }) => {
    const row = rows[2]!
    seq = row.seq
    row.body = row.body.replace(/"outcome":"\w+"/, '"outcome":"changed"')
  })
  await verify(page)
  await verdict(page).getByText('The log is broken.').waitFor()
  await verdict(page)
    .getByText(`The first fault is at entry ${seq}. An entry was changed.`)
    .waitFor()
  expect(await verdict(page).getByText('The log is intact.').count()).toBe(0)
  expect(await violationsOf(page)).toEqual([])
})

test('a missing entry, and newest ones cut off, are found', async () => {
  const page = await openSignedIn('/audit')
  let last = 0
  await tamper(page, ({ rows, head }) => {
    last = head.seq
    rows.splice(1, 1)
  })
  await verify(page)
  await verdict(page).getByText('The first fault is at entry 2. Entries are missing.').waitFor()
  await page.unroute('**/api/admin/audit/chain*')
  await tamper(page, ({ rows, head }) => {
    last = head.seq
    rows.pop()
  })
  await page.getByRole('button', { name: 'Verify again' }).click()
  await verdict(page).getByText('The newest entries were deleted.').waitFor()
  expect(await verdict(page).getByText(`at entry ${last}`).count()).toBe(1)
})

test('a failed request is no verdict', async () => {
  const page = await openSignedIn('/audit')
  const body = JSON.stringify({ code: 'internal', requestId: 'req-5' })
  await page.route('**/api/admin/audit/chain*', (route) => route.fulfill({ status: 500, body }))
  await verify(page)
  await verdict(page).getByRole('alert').getByText('req-5').waitFor()
  expect(
    await verdict(page)
      .getByText(/is (intact|broken)/)
      .count(),
  ).toBe(0)
})

test('filters live in the address, and an entry opens with all it says', async () => {
  const page = await openSignedIn('/audit')
  await page.keyboard.press('/')
  await page.keyboard.type('member.')
  await page.getByLabel('Outcome').selectOption('Done')
  await expect.poll(() => new URL(page.url()).search).toBe('?event=member.&outcome=ok')
  await page.reload()
  const entry = page.getByRole('button', { name: /^member\.join, Details of entry/ }).first()
  await entry.click()
  const details = page.getByRole('dialog')
  await details.getByText(/^[0-9a-f]{64}$/).waitFor()
  expect(await violationsOf(page)).toEqual([])
  await details.getByRole('link', { name: 'Only of this actor' }).click()
  expect(new URL(page.url()).searchParams.get('actor')).toMatch(/^[\w-]{20,}$/)
  await page.getByRole('button', { name: 'Clear' }).click()
  await page.goto(at('/audit?from=2099-01-01T00:00:00.000Z'))
  await page.getByText('No entry matches.').waitFor()
  expect(await page.getByLabel('From').inputValue()).toMatch(/^(2099-01-01|2098-12-31)T/)
})

test('what the filters let through is exported', async () => {
  const page = await openSignedIn('/audit?event=member.')
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Export CSV' }).click(),
  ])
  const [head, ...rows] = (await readFile(await file.path(), 'utf8')).trim().split('\n')
  expect(head).toContain('event')
  expect(rows.length).toBeGreaterThan(0)
  expect(rows.every((row) => /member\.|audit\.export/.test(row))).toBe(true)
})
