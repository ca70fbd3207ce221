/** Signing in, staying in, and leaving. */
import { expect, inject, test } from 'vitest'
import { at, openPage, signIn, violationsOf } from './browser.ts'

test('a wrong password is told with a request id, and the form stays as it was', async () => {
  const page = await openPage()
  const { email } = inject('consoleUnderTest')
  await page.goto(at('/knowledge'))
  await page.getByLabel('Email').fill(email)
  await page.getByLabel('Password').fill('not the password')
  await page.getByRole('button', { name: 'Sign in' }).click()
  const alert = page.getByRole('alert')
  await alert.waitFor()
  expect(await alert.textContent()).toContain('do not match')
  expect(await alert.locator('code').textContent()).toMatch(/\S{8,}/)
  expect(await page.getByLabel('Email').inputValue()).toBe(email)
  expect(await violationsOf(page)).toEqual([])
})

test('signing in leads to the page that was asked for, and a reload keeps the session', async () => {
  const page = await openPage()
  await page.goto(at('/flags?q=barge'))
  await signIn(page)
  await page.getByRole('heading', { level: 1, name: 'Flags' }).waitFor()
  expect(new URL(page.url()).search).toBe('?q=barge')
  await page.reload()
  await page.getByRole('heading', { level: 1, name: 'Flags' }).waitFor()
  const stored = await page.evaluate(() => JSON.stringify([localStorage, sessionStorage]))
  expect(stored).not.toContain('eyJ')
})

test('an address from outside is not where signing in leads', async () => {
  const page = await openPage()
  await page.goto(at('/sign-in?from=//example.com/'))
  await signIn(page)
  await page.getByRole('heading', { level: 1, name: 'Assistant' }).waitFor()
  expect(new URL(page.url()).pathname).toBe('/console/assistant')
})

test('signing out ends the session, for a reload too', async () => {
  const page = await openPage()
  await page.goto(at('/help'))
  await signIn(page)
  await page.getByRole('heading', { level: 1, name: 'Help' }).waitFor()
  await page.getByRole('button', { name: 'Account and preferences' }).first().click()
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByRole('heading', { name: 'Sign in to VoiceAssist' }).waitFor()
  expect(new URL(page.url()).searchParams.get('from')).toBe('/help')
  await page.goto(at('/assistant'))
  await page.getByRole('heading', { name: 'Sign in to VoiceAssist' }).waitFor()
  expect(new URL(page.url()).pathname).toBe('/console/sign-in')
})
