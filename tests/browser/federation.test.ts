/** Signing in through an OpenID provider that is not ours, all the way there and back, by hand. */
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { at, openPage, violationsOf } from './browser.ts'
import { arrived, enroll, invite, newEmail, signInAs } from './people.ts'

const enter = (page: Page) =>
  page.getByRole('button', { name: 'Continue with Example Login' }).click()
const section = (page: Page) => page.getByRole('region', { name: 'Linked accounts' })
const newSub = () => crypto.randomUUID()

/** Answers the provider's page, on its own origin. */
async function answer(page: Page, sub: string, email: string, name = ''): Promise<void> {
  await page.getByRole('heading', { name: 'Who are you?' }).waitFor()
  expect(new URL(page.url()).hostname).toBe('127.0.0.1')
  await page.getByLabel('Account').fill(sub)
  await page.getByLabel('Address').fill(email)
  await page.getByLabel('Name').fill(name)
  await page.getByRole('button', { name: 'Continue' }).click()
}

test('the provider opens the account with its address; it is unlinked, and linked again', async () => {
  const email = newEmail('barbara')
  await enroll(email, 'Barbara')
  const page = await openPage()
  await page.goto(at('/sign-in?from=/account'))
  await enter(page)
  await page.getByRole('button', { name: 'Cancel' }).click()
  await page.getByText('The sign-in through Example Login was cancelled.').waitFor()
  expect(await violationsOf(page)).toEqual([])
  await page.goto(at('/sign-in?from=/account'))
  await enter(page)
  await answer(page, newSub(), email)
  await page.getByRole('heading', { level: 1, name: 'Account' }).waitFor()
  await section(page).getByText(email).waitFor()
  expect(await violationsOf(page)).toEqual([])

  const question = page.getByRole('dialog')
  await section(page).getByRole('button', { name: 'Unlink Example Login' }).click()
  expect(await violationsOf(page)).toEqual([])
  await question.getByRole('button', { name: 'Unlink' }).click()
  await page.getByText('The account is unlinked.').waitFor()
  await section(page).getByText('Not linked').waitFor()

  // The provider still knows who is at this browser, so nothing is asked there.
  await section(page).getByRole('button', { name: 'Link Example Login' }).click()
  await question.getByRole('button', { name: 'Link' }).click()
  await section(page).getByText(email).waitFor()
  expect(new URL(page.url()).pathname).toBe('/console/account')

  await page.getByRole('button', { name: 'Account and preferences' }).click()
  await page.getByRole('button', { name: 'Sign out', exact: true }).click()
  await page.getByRole('heading', { name: 'Sign in to VoiceAssist' }).waitFor()
  await page.goto(at('/sign-in'))
  await enter(page)
  await arrived(page)
})

test('an account over there that opens one here cannot be linked to another', async () => {
  const [sub, first, second] = [newSub(), newEmail('grete'), newEmail('frances')]
  await enroll(first, 'Grete')
  await enroll(second, 'Frances')
  const page = await openPage()
  await page.goto(at('/sign-in'))
  await enter(page)
  await answer(page, sub, first)
  await arrived(page)

  const other = await openPage()
  await signInAs(other, second)
  await arrived(other)
  await other.goto(at('/account'))
  await section(other).getByRole('button', { name: 'Link Example Login' }).click()
  await other.getByRole('dialog').getByRole('button', { name: 'Link' }).click()
  await answer(other, sub, first)
  await other.getByText('This Example Login account opens another account here already.').waitFor()
  await section(other).getByText('Not linked').waitFor()
  expect(await violationsOf(other)).toEqual([])
})

test('a stranger is turned away; an invited person comes in through the provider', async () => {
  const email = newEmail('margaret')
  const page = await openPage()
  await page.goto(at('/sign-in'))
  await enter(page)
  await answer(page, newSub(), newEmail('stranger'))
  await page.getByText('Nobody here has the address that Example Login gave.').waitFor()
  expect(await violationsOf(page)).toEqual([])

  const invited = await openPage()
  await invited.goto(await invite(email))
  await enter(invited)
  await answer(invited, newSub(), email, 'Margaret')
  await arrived(invited)
  await invited
    .getByRole('button', { name: 'Account and preferences' })
    .getByText('Margaret')
    .waitFor()
})
