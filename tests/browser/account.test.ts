/** What links in mails lead to, and signing in with a second factor: journeys of a new person each. */
import { expect, test } from 'vitest'
import { at, openPage, overflowOf, violationsOf } from './browser.ts'
import {
  arrived,
  call,
  codeOf,
  enroll,
  invite,
  mailedLink,
  newEmail,
  PASSWORD,
  signInAs,
} from './people.ts'

test('an invited person makes an account with the link, and is in', async () => {
  const link = await invite(newEmail('grace'))
  const page = await openPage({ options: { viewport: { width: 390, height: 800 } } })
  await page.goto(link)
  await page.getByRole('heading', { name: /^Join / }).waitFor()
  expect(await violationsOf(page)).toEqual([])
  expect(await overflowOf(page)).toBeLessThanOrEqual(0)
  await page.getByLabel('Your name').fill('Grace')
  await page.getByLabel('Password').fill('password123')
  await page.getByRole('button', { name: 'Accept invitation' }).click()
  await page.getByRole('alert').waitFor()
  await page.getByLabel('Password').fill(PASSWORD)
  await page.getByRole('button', { name: 'Accept invitation' }).click()
  await arrived(page)

  const again = await openPage()
  await again.goto(link)
  await again.getByRole('heading', { name: 'This invitation cannot be used' }).waitFor()
})

test('an account with a second factor is asked for a code, which counts once', async () => {
  const email = newEmail('katherine')
  const accessToken = await enroll(email, 'Katherine')
  const proof = { password: PASSWORD }
  const { secret } = await call<{ secret: string }>(
    '/api/auth/two-factor/setup',
    proof,
    accessToken,
  )
  const code = await codeOf(secret)
  const { backupCodes } = await call<{ backupCodes: string[] }>(
    '/api/auth/two-factor/confirm',
    { code },
    accessToken,
  )

  const page = await openPage()
  await signInAs(page, email)
  await page.getByLabel('Code').fill(code)
  expect(await violationsOf(page)).toEqual([])
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByText('This code is not right, or it was used before.').waitFor()
  await page.getByLabel('Code').fill(backupCodes[0] ?? '')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await arrived(page)
})

test('a forgotten password is set anew with the link of a mail', async () => {
  const email = newEmail('annie')
  await enroll(email, 'Annie')

  const page = await openPage()
  await page.goto(at('/sign-in'))
  await page.getByRole('link', { name: 'Forgot your password?' }).click()
  await page.getByRole('button', { name: 'Send a link' }).waitFor()
  await page.getByLabel('Email').fill(email)
  expect(await violationsOf(page)).toEqual([])
  await page.getByRole('button', { name: 'Send a link' }).click()
  await page.getByText('If this address has an account').waitFor()

  await page.goto(await mailedLink(email, '/console/reset-password'))
  await page.getByLabel('New password').fill('nine brave herons dance')
  expect(await violationsOf(page)).toEqual([])
  await page.getByRole('button', { name: 'Set password' }).click()
  await page.getByText('The new password counts').waitFor()
  await signInAs(page, email, 'nine brave herons dance')
  await arrived(page)
})

test('a link that was cut short says so, and proves nothing', async () => {
  const page = await openPage()
  await page.goto(at('/verify-email'))
  await page.getByRole('heading', { name: 'Confirm your address' }).waitFor()
  expect(await violationsOf(page)).toEqual([])
  await page.getByRole('button', { name: 'Confirm address' }).click()
  await page.getByRole('alert').waitFor()
})
