/** What waits for approval: proposed by one, approved by another, published; and how many approvals are needed. */
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { at, openSignedIn, overflowOf, violationsOf } from './browser.ts'
import { call, enroll, newEmail, ownerToken } from './people.ts'

const PROPOSALS = '/api/admin/flag-proposals'

async function ask(page: Page, approvals: number): Promise<void> {
  await page.getByLabel('staging', { exact: true }).fill(String(approvals))
  await page.getByRole('button', { name: 'Save the approvals of staging' }).click()
  await page.getByText('Saved.').first().waitFor()
}

const rowOf = (page: Page, text: string) => page.getByRole('listitem').filter({ hasText: text })

async function segments(): Promise<string[]> {
  const token = await ownerToken()
  const found = await call<{ items: { name: string }[] }>(
    '/api/admin/flag-segments',
    undefined,
    token,
  )
  return found.items.map(({ name }) => name)
}

test('a segment is proposed, approved by somebody else, and published', async () => {
  const other = await enroll(newEmail('approver'), 'Ap Prover', 'admin')
  const name = `beta_${crypto.randomUUID().slice(0, 8)}`
  const page = await openSignedIn('/flags')
  await page.getByRole('link', { name: 'Approvals' }).click()
  await page.getByRole('heading', { level: 1, name: 'Approvals' }).waitFor()
  await ask(page, 1)
  await page.getByLabel('Name of the segment').fill(name)
  await page.getByLabel('Values').fill('ada\ngrace')
  await page.getByLabel('Why').fill('They asked to be first')
  await page.getByRole('button', { name: 'Propose the change' }).click()
  const row = rowOf(page, `Segment ${name}`)
  await row.getByText('approvals: 0').waitFor()
  await row.getByText('What it changes').click()
  await row.getByText('"grace"').waitFor()
  expect(await violationsOf(page)).toEqual([])
  // Neither one's own approval nor none will do.
  await row.getByRole('button', { name: 'Approve' }).click()
  await row.getByRole('button', { name: 'Publish', exact: true }).click()
  await expect.poll(() => page.getByText('That did not happen.').count()).toBeGreaterThan(0)
  expect(await segments()).not.toContain(name)

  const { items } = await call<{ items: { id: string; change: { name?: string } }[] }>(
    PROPOSALS,
    undefined,
    other,
  )
  const id = items.find(({ change }) => change.name === name)?.id
  await call(`${PROPOSALS}/${id}/approve`, {}, other)
  await page.reload()
  await row.getByText('approvals: 1').waitFor()
  await row.getByRole('button', { name: 'Publish', exact: true }).click()
  await page.getByText('Published.').first().waitFor()
  await expect.poll(() => row.count()).toBe(0)
  expect(await segments()).toContain(name)

  await page.getByLabel('Change', { exact: true }).selectOption('segmentGone')
  await page.getByLabel('Name of the segment').fill(name)
  await page.getByLabel('Why').fill('It harms')
  await page.getByRole('button', { name: 'Propose the change' }).click()
  const gone = rowOf(page, `Segment ${name} is deleted`)
  await gone.getByRole('button', { name: 'Without approval…' }).click()
  await page.getByLabel('Reason').fill('Customers see each other')
  expect(await violationsOf(page)).toEqual([])
  await page.getByRole('button', { name: 'Publish without approval' }).click()
  await expect.poll(() => gone.count()).toBe(0)
  expect(await segments()).not.toContain(name)
  await ask(page, 0)
})

test('an override is proposed and discarded; it fits a telephone and speaks Russian', async () => {
  const flag = `offered_${crypto.randomUUID().slice(0, 8)}`
  await call('/api/admin/feature-flags', { name: flag, enabled: true }, await ownerToken())
  const page = await openSignedIn('/flags?approvals=true')
  await page.emulateMedia({ colorScheme: 'dark' })
  await page.setViewportSize({ width: 390, height: 844 })
  await page.getByLabel('Change', { exact: true }).selectOption('override')
  await page.getByLabel('Name of the flag').fill(flag)
  await page.getByLabel('Targeting key').fill('user-7')
  await page.getByLabel('Value (JSON)').fill('true')
  await page.getByLabel('Reason').fill('Asked for it')
  await page.getByLabel('Why').fill('For one customer')
  expect(await violationsOf(page)).toEqual([])
  await page.getByRole('button', { name: 'Propose the change' }).click()
  const row = rowOf(page, `Override of ${flag} for user-7 in production`)
  await row.waitFor()
  expect(await violationsOf(page)).toEqual([])
  expect(await overflowOf(page)).toBe(0)
  await row.getByRole('button', { name: 'Discard' }).click()
  await expect.poll(() => row.count()).toBe(0)
  await page.evaluate(() => localStorage.setItem('locale', 'ru'))
  await page.goto(at('/flags?approvals=true'))
  await page.getByRole('heading', { level: 1, name: 'Одобрения' }).waitFor()
  expect(await violationsOf(page)).toEqual([])
})
