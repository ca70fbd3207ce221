/**
 * The first owner. The deployment under test has one, so the answers that say otherwise are put in
 * front of the page; what the server does with the form is in tests/http/identity.test.ts.
 */
import type { Page } from 'playwright-core'
import { expect, inject, test } from 'vitest'
import { at, openPage, overflowOf, violationsOf } from './browser.ts'
import { arrived, call } from './people.ts'

const withoutOwner = (page: Page) =>
  page.route('**/api/auth/providers', (route) =>
    route.fulfill({ json: { items: [], needsSetup: true } }),
  )

async function fill(page: Page) {
  await page.getByLabel('Setup token').fill('the-token-of-this-deployment')
  await page.getByLabel('Organization').fill('Analytical Engines')
  await page.getByLabel('Your name').fill('Ada')
  await page.getByLabel('Email').fill('ada@example.com')
  await page.getByLabel('Password').fill('seven quiet otters swim')
}

const send = (page: Page) => page.getByRole('button', { name: 'Create owner and sign in' }).click()

test('without an owner, sign-in leads to the setup, and a wrong token is told', async () => {
  const page = await openPage({ options: { viewport: { width: 390, height: 844 } } })
  await withoutOwner(page)
  await page.goto(at('/'))
  await page.getByRole('heading', { level: 1, name: 'Set up VoiceAssist' }).waitFor()
  expect(await violationsOf(page)).toEqual([])
  expect(await overflowOf(page)).toBe(0)
  await fill(page)
  await send(page)
  await page.getByText('The setup token is wrong.').waitFor()
  expect(await page.getByLabel('Organization').inputValue()).toBe('Analytical Engines')
})

test('the first owner is made with the token, and is in', async () => {
  const { email, password } = inject('consoleUnderTest')
  const session = await call('/api/auth/sign-in/email', { email, password })
  const page = await openPage()
  await withoutOwner(page)
  await page.route('**/api/auth/setup', (route) => route.fulfill({ status: 201, json: session }))
  await page.goto(at('/sign-in'))
  await page.getByLabel('Setup token').waitFor()
  await fill(page)
  const asked = page.waitForRequest('**/api/auth/setup')
  await send(page)
  const request = await asked
  expect(request.headers()['authorization']).toBe('Bearer the-token-of-this-deployment')
  expect(request.postDataJSON()).toEqual({
    organization: 'Analytical Engines',
    name: 'Ada',
    email: 'ada@example.com',
    password: 'seven quiet otters swim',
  })
  await arrived(page)
})

test('with an owner, the address of the setup leads to sign-in', async () => {
  const page = await openPage()
  await page.goto(at('/setup'))
  await page.getByRole('heading', { name: 'Sign in to VoiceAssist' }).waitFor()
  expect(new URL(page.url()).pathname).toBe('/console/sign-in')
})
