/** API keys: made with scopes, shown once, rotated with an overlap, revoked. */
import type { Page } from 'playwright-core'
import { expect, inject, test } from 'vitest'
import { openSignedIn, overflowOf, violationsOf } from './browser.ts'

const rowOf = (page: Page, name: string) => page.getByRole('row').filter({ hasText: name })
const newName = (what: string) => `${what} ${crypto.randomUUID().slice(0, 8)}`

/** @returns the status of listing flags with the key */
async function tryKey(key: string): Promise<number> {
  const headers = { authorization: `Bearer ${key}` }
  const { url } = inject('consoleUnderTest')
  return (await fetch(`${url}/api/admin/feature-flags`, { headers })).status
}

async function secretOf(page: Page): Promise<string> {
  const shown = page.getByRole('dialog', { name: 'Your new key' })
  const text = (await shown.locator('pre').textContent()) ?? ''
  await shown.getByRole('button', { name: 'Done' }).click()
  return text
}

test('a key is made and works, is rotated with an overlap, and revoked by its name', async () => {
  const name = newName('Import')
  const page = await openSignedIn('/keys?create=true')
  const question = page.getByRole('dialog')
  await question.getByRole('textbox', { name: 'Name' }).fill(name)
  expect(await question.getByRole('button', { name: 'Create' }).isDisabled()).toBe(true)
  await question.getByLabel('See flags').check()
  expect(await violationsOf(page)).toEqual([])
  await question.getByLabel('Days until it expires').fill('7')
  await question.getByLabel('Environment').selectOption('staging')
  await question.getByRole('button', { name: 'Create' }).click()
  const first = await secretOf(page)
  expect(first).toMatch(/^va_live_/)
  expect(await tryKey(first)).toBe(200)
  await rowOf(page, name).getByText('Active').waitFor()
  await rowOf(page, name).getByText('staging').waitFor()
  expect(await page.getByText(first).count()).toBe(0)

  await page.getByRole('button', { name: `Rotate ${name}` }).click()
  expect(await violationsOf(page)).toEqual([])
  await question.getByRole('button', { name: 'Rotate' }).click()
  const second = await secretOf(page)
  expect(second).not.toBe(first)
  expect([await tryKey(first), await tryKey(second)]).toEqual([200, 200])
  await rowOf(page, name).getByText('The secret before is still valid until').waitFor()

  await page.getByRole('button', { name: `Revoke ${name}` }).click()
  await page.keyboard.type(name)
  await page.keyboard.press('Enter')
  await rowOf(page, name).getByText('Revoked').waitFor()
  expect(await rowOf(page, name).getByRole('button').count()).toBe(0)
})

test('what is sensitive needs a second tick', async () => {
  const page = await openSignedIn('/keys?create=true')
  const question = page.getByRole('dialog')
  await question.getByRole('textbox', { name: 'Name' }).fill(newName('Archive'))
  const second = question.getByLabel('Allow what is sensitive')
  expect(await second.count()).toBe(0)
  await question.getByLabel('Read sensitive documents').check()
  await second.check()
  await question.getByRole('button', { name: 'Create' }).click()
  expect(await secretOf(page)).toMatch(/^va_live_/)
})

test('a key for web pages has origins and no scopes; a wrong origin keeps the form', async () => {
  const name = newName('Shop')
  const viewport = { width: 390, height: 844 }
  const page = await openSignedIn('/keys?create=true', { options: { viewport } })
  const question = page.getByRole('dialog')
  await question.getByRole('textbox', { name: 'Name' }).fill(name)
  await question.getByLabel('Kind').selectOption({ label: 'For web pages' })
  const origins = question.getByLabel('Pages that may use it')
  await origins.fill('https://shop.example.com/cart')
  await question.getByRole('button', { name: 'Create' }).click()
  await question.getByRole('alert').getByText('must be an origin').waitFor()
  expect(await violationsOf(page)).toEqual([])
  await origins.fill('https://shop.example.com\nhttps://www.example.com')
  await question.getByRole('button', { name: 'Create' }).click()
  expect(await secretOf(page)).toMatch(/^va_client_/)
  await rowOf(page, name).waitFor()
  expect(await overflowOf(page)).toBe(0)
})
