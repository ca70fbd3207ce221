/** Settings of an organization: its name, and its deletion asked for and taken back. */
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { at, openPage, overflowOf, violationsOf } from './browser.ts'
import { arrived, call, enroll, newEmail, signInAs } from './people.ts'

/** Somebody with an organization of their own, who works in it. */
async function openOwn(name: string, options = {}): Promise<Page> {
  const email = newEmail('chien')
  const token = await enroll(email, 'Chien-Shiung')
  await call('/api/tenants', { name }, token)
  const page = await openPage({ options })
  await signInAs(page, email)
  await arrived(page)
  await page.goto(at('/account'))
  await page.getByRole('button', { name: `Switch to ${name}` }).click()
  await page.getByText(`You work in ${name} now.`).waitFor()
  await page.goto(at('/organization'))
  await page.getByRole('heading', { level: 1, name: 'Organization' }).waitFor()
  return page
}

test('an organization is renamed, and the name shows at once', async () => {
  const page = await openOwn('Parity Laboratory')
  const name = page.getByLabel('Name of the organization')
  await name.fill('  ')
  expect(await page.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true)
  await name.fill('Beta Decay')
  await page.keyboard.press('Enter')
  await page.getByText('The organization has its new name.').waitFor()
  await page
    .getByRole('button', { name: 'Account and preferences' })
    .getByText('Beta Decay')
    .waitFor()
  expect(await violationsOf(page)).toEqual([])
  await page.getByRole('link', { name: 'Open my organizations' }).click()
  const own = page.getByRole('region', { name: 'Organizations' })
  await own.getByText('Beta Decay').waitFor()
})

test('its deletion is asked for with its name, said with its time, and taken back', async () => {
  const page = await openOwn('Cobalt House', { viewport: { width: 390, height: 844 } })
  await page.getByRole('button', { name: 'Delete the organization' }).click()
  const question = page.getByRole('dialog')
  const last = question.getByRole('button', { name: 'Delete the organization' })
  await page.keyboard.type('Cobalt')
  expect(await last.isDisabled()).toBe(true)
  await page.keyboard.type(' House')
  expect(await violationsOf(page)).toEqual([])
  await last.click()
  const notice = page.getByRole('status').filter({ hasText: 'is deleted for good on' })
  const due = await notice.locator('time').getAttribute('datetime')
  const days = (Date.parse(due ?? '') - Date.now()) / 86_400_000
  expect(Math.round(days)).toBe(7)
  expect(await violationsOf(page)).toEqual([])
  expect(await overflowOf(page)).toBe(0)
  await page.reload()
  await notice.waitFor()
  await page.getByRole('button', { name: 'Keep the organization' }).click()
  await page.getByText('The organization stays.').waitFor()
  await page.getByRole('button', { name: 'Delete the organization' }).waitFor()
})

test('an admin renames and does not delete', async () => {
  const email = newEmail('admin')
  await enroll(email, 'Ada', 'admin')
  const page = await openPage()
  await signInAs(page, email)
  await arrived(page)
  await page.goto(at('/organization'))
  await page.getByLabel('Name of the organization').waitFor()
  expect(await page.getByRole('region', { name: 'Deletion' }).count()).toBe(0)
})
