/** Applications of others: registered, given a new secret, removed; let in by a user, and shut out. */
import type { Page } from 'playwright-core'
import { expect, inject, test } from 'vitest'
import { openSignedIn, overflowOf, violationsOf } from './browser.ts'

const rowOf = (page: Page, name: string) => page.getByRole('row').filter({ hasText: name })
const newName = (what: string) => `${what} ${crypto.randomUUID().slice(0, 8)}`
const register = (page: Page) =>
  page.getByRole('dialog').getByRole('button', { name: 'Register' }).click()

/** @returns the status and the scope of a token for the application itself */
async function tokenFor(id: string, secret: string) {
  const { url } = inject('consoleUnderTest')
  const authorization = `Basic ${btoa(`${id}:${secret}`)}`
  const body = new URLSearchParams({ grant_type: 'client_credentials', scope: 'kb.read' })
  const answer = await fetch(`${url}/oauth/token`, {
    method: 'POST',
    headers: { authorization },
    body,
  })
  const { scope }: { scope?: string } = await answer.json()
  return { status: answer.status, scope }
}

async function secretOf(page: Page): Promise<{ id: string; secret: string }> {
  const shown = page.getByRole('dialog', { name: 'Client secret' })
  const secret = (await shown.locator('pre').textContent()) ?? ''
  const id = (await shown.locator('code').textContent()) ?? ''
  expect(await violationsOf(page)).toEqual([])
  await shown.getByRole('button', { name: 'Done' }).click()
  return { id, secret }
}

test('a service is registered, gets tokens, then a new secret, and is removed by its name', async () => {
  const name = newName('Nightly report')
  const page = await openSignedIn('/applications?create=true')
  const question = page.getByRole('dialog')
  await question.getByRole('textbox', { name: 'Name' }).fill(name)
  await question.getByLabel('Signs users in and acts for them').uncheck()
  await question.getByLabel('Acts for itself').check()
  expect(await question.getByRole('button', { name: 'Register' }).isDisabled()).toBe(true)
  await question.getByLabel('See documents').check()
  expect(await violationsOf(page)).toEqual([])
  await register(page)
  const { id, secret: first } = await secretOf(page)
  expect(await tokenFor(id, first)).toEqual({ status: 200, scope: 'kb.read' })
  await rowOf(page, name).getByText('Active').waitFor()
  expect(await page.getByText(first).count()).toBe(0)

  await page.getByRole('button', { name: `New secret for ${name}` }).click()
  await question.getByLabel('Hours the secret so far stays valid').fill('0')
  await question.getByRole('button', { name: 'New secret' }).click()
  const { secret: second } = await secretOf(page)
  expect((await tokenFor(id, first)).status).toBe(401)
  expect((await tokenFor(id, second)).status).toBe(200)

  await page.getByRole('button', { name: `Remove ${name}` }).click()
  await page.keyboard.type(name)
  await page.keyboard.press('Enter')
  await rowOf(page, name).getByText('Removed').waitFor()
  expect(await rowOf(page, name).getByRole('button', { name: 'Remove' }).count()).toBe(0)
  expect((await tokenFor(id, second)).status).toBe(401)
})

test('what runs in a browser has no secret; a wrong address keeps the form', async () => {
  const name = newName('Field Notes')
  const viewport = { width: 390, height: 844 }
  const page = await openSignedIn('/applications?create=true', { options: { viewport } })
  const question = page.getByRole('dialog')
  await question.getByRole('textbox', { name: 'Name' }).fill(name)
  await question.getByLabel('Kind').selectOption('public')
  expect(await question.getByLabel('Acts for itself').isDisabled()).toBe(true)
  const addresses = question.getByLabel('Addresses users come back to')
  await addresses.fill('http://notes.example/callback')
  await register(page)
  await question.getByRole('alert').getByText('must be https').waitFor()
  expect(await violationsOf(page)).toEqual([])
  await addresses.fill('https://notes.example/callback')
  await register(page)
  await page.getByText(`${name} is registered.`).waitFor()
  await rowOf(page, name).getByText('notes.example').waitFor()
  expect(await rowOf(page, name).getByRole('button', { name: 'New secret' }).count()).toBe(0)
  expect(await violationsOf(page)).toEqual([])
  expect(await overflowOf(page)).toBe(0)
})

test('a deployment without applications says so, and offers none', async () => {
  const page = await openSignedIn('/help')
  const body = JSON.stringify({ code: 'not_found', detail: 'There is nothing here.' })
  await page.route('**/oauth*/**', (route) => route.fulfill({ status: 404, body }))
  await page.route('**/api/admin/oauth-clients?*', (route) => route.fulfill({ status: 404, body }))
  await page.keyboard.press('g')
  await page.keyboard.press('p')
  await page.getByText('Applications are off in this deployment').waitFor()
  await page.getByText('OAUTH_PROVIDER').waitFor()
  expect(await page.getByRole('button', { name: 'Register' }).count()).toBe(0)
  expect(await violationsOf(page)).toEqual([])
  await page.keyboard.press('g')
  await page.keyboard.press('c')
  await page.getByRole('heading', { level: 1, name: 'Account' }).waitFor()
  await page.waitForLoadState('networkidle')
  expect(await page.getByRole('region', { name: 'Applications' }).count()).toBe(0)
})
