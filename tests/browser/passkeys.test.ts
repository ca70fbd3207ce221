/** Passkeys in a real browser with an authenticator of its own, and what providers come back with. */
import type { Page } from 'playwright-core'
import { expect, inject, test } from 'vitest'
import { at, openPage, overflowOf, violationsOf } from './browser.ts'
import { arrived, enroll, newEmail, PASSWORD, signInAs } from './people.ts'

/** Chromium's own; it answers by itself, as if its owner had touched it. */
async function addAuthenticator(page: Page, isUserVerified = true): Promise<() => Promise<number>> {
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('WebAuthn.enable')
  const { authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified,
      automaticPresenceSimulation: true,
    },
  })
  return async () => {
    const held = await devtools.send('WebAuthn.getCredentials', { authenticatorId })
    return held.credentials.length
  }
}

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })
const section = (page: Page, name: string) => page.getByRole('region', { name, exact: true })

async function openAccount(page: Page, email: string): Promise<void> {
  await signInAs(page, email)
  await arrived(page)
  await page.goto(at('/account'))
  await page.getByRole('heading', { level: 1, name: 'Account' }).waitFor()
}

test('a passkey is added, opens the account with the keyboard alone, and is removed', async () => {
  const email = newEmail('hedy')
  await enroll(email, 'Hedy')
  const page = await openPage({ options: { viewport: { width: 390, height: 800 } } })
  const count = await addAuthenticator(page)
  await openAccount(page, email)

  await button(page, 'Add a passkey').click()
  const question = page.getByRole('dialog')
  await question.getByLabel('Name of the passkey').fill('Phone')
  expect(await violationsOf(page)).toEqual([])
  await question.getByRole('button', { name: 'Add a passkey' }).click()
  await section(page, 'Passkeys').getByText('Phone').waitFor()
  expect(await count()).toBe(1)
  expect(await violationsOf(page)).toEqual([])
  expect(await overflowOf(page)).toBeLessThanOrEqual(0)

  await page.context().clearCookies()
  await page.goto(at('/sign-in?from=/account'))
  const signIn = button(page, 'Use a passkey')
  await signIn.waitFor()
  expect(await violationsOf(page)).toEqual([])
  await signIn.focus()
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { level: 1, name: 'Account' }).waitFor()
  await section(page, 'Passkeys').getByText('Last used').waitFor()

  await button(page, 'Rename Phone').click()
  await question.getByLabel('Name of the passkey').fill('Old phone')
  await question.getByRole('button', { name: 'Save' }).click()
  await button(page, 'Remove Old phone').click()
  await question.getByLabel('Your password').fill('not the password')
  await question.getByRole('button', { name: 'Remove', exact: true }).click()
  await question.getByRole('alert').waitFor()
  await question.getByLabel('Your password').fill(PASSWORD)
  await question.getByRole('button', { name: 'Remove', exact: true }).click()
  await section(page, 'Passkeys').getByText('You have none yet.').waitFor()

  await page.context().clearCookies()
  await page.goto(at('/sign-in'))
  await signIn.click()
  await page.getByText('This passkey does not open an account here.').waitFor()
})

test('who cannot prove who they are gets no passkey', async () => {
  const email = newEmail('nobody')
  await enroll(email, 'Nobody')
  const page = await openPage()
  const count = await addAuthenticator(page, false)
  await openAccount(page, email)
  await button(page, 'Add a passkey').click()
  await page.getByRole('dialog').getByRole('button', { name: 'Add a passkey' }).click()
  await page.getByText('No passkey was made.').waitFor()
  expect(await count()).toBe(0)
})

test('a provider that is offered has a button, and its failures are told', async () => {
  const page = await openPage()
  await page.route('**/api/auth/providers', (route) =>
    route.fulfill({ json: { items: [{ id: 'github', name: 'GitHub' }] } }),
  )
  const asked: unknown[] = []
  await page.route('**/api/auth/sign-in/provider/github', (route) => {
    asked.push(route.request().postDataJSON())
    return route.fulfill({ json: { url: at('/sign-in?error=no_account&provider=github') } })
  })
  await page.goto(at('/sign-in?from=/help'))
  await button(page, 'Continue with GitHub').click()
  await page.getByText('Nobody here has the address that GitHub gave.').waitFor()
  expect(asked).toEqual([{ from: '/help' }])
  expect(await violationsOf(page)).toEqual([])
  await page.getByRole('button', { name: 'Русский' }).click()
  await page.getByText('Адрес, который сообщает GitHub, здесь неизвестен.').waitFor()
  await button(page, 'Продолжить через GitHub').waitFor()
})

test('an answer nobody asked for leads from the Workers to the sign-in page', async () => {
  const page = await openPage()
  const { url } = inject('consoleUnderTest')
  await page.goto(`${url}/api/auth/callback/oidc?code=guess&state=guess`)
  await page.getByRole('alert').getByText('took too long, or was used').waitFor()
  const { pathname, searchParams } = new URL(page.url())
  expect([pathname, searchParams.get('error')]).toEqual(['/console/sign-in', 'stale'])
})
