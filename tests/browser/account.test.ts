/** What links in mails lead to, and signing in with a second factor: journeys of a new person each. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect, inject, test } from 'vitest'
import { codeAt, stepAt } from '../../workers/identity/totp.ts'
import { at, openPage, overflowOf, violationsOf } from './browser.ts'

const PASSWORD = 'seven quiet otters swim'

async function call<Answer>(path: string, body: object, token?: string): Promise<Answer> {
  const { url } = inject('consoleUnderTest')
  const headers = {
    'content-type': 'application/json',
    ...(token && { authorization: `Bearer ${token}` }),
  }
  const response = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) })
  const text = await response.text()
  expect([path, response.status, text]).toEqual([path, expect.toBeOneOf([200, 201, 204]), text])
  return JSON.parse(text || '{}')
}

async function tokenOf(email: string, password: string): Promise<string> {
  const body = { email, password }
  return (await call<{ accessToken: string }>('/api/auth/sign-in/email', body)).accessToken
}

/** @returns the link in the invitation */
async function invite(email: string): Promise<string> {
  const owner = inject('consoleUnderTest')
  const token = await tokenOf(owner.email, owner.password)
  const invitation = { email, role: 'user' }
  return (await call<{ acceptUrl: string }>('/api/admin/invitations', invitation, token)).acceptUrl
}

const linkTokenOf = (url: string) => new URLSearchParams(new URL(url).hash.slice(1)).get('token')

async function signInAs(page: Page, email: string, password: string) {
  await page.goto(at('/sign-in'))
  await page.getByLabel('Email').fill(email)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

const arrived = (page: Page) => page.getByRole('heading', { level: 1, name: 'Ask' }).waitFor()

test('an invited person makes an account with the link, and is in', async () => {
  const link = await invite('grace@example.com')
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
  const email = 'katherine@example.com'
  const token = linkTokenOf(await invite(email))
  const person = { token, name: 'Katherine', password: PASSWORD }
  const { accessToken } = await call<{ accessToken: string }>('/api/invitations/accept', person)
  const proof = { password: PASSWORD }
  const { secret } = await call<{ secret: string }>(
    '/api/auth/two-factor/setup',
    proof,
    accessToken,
  )
  const code = await codeAt(fromBase32(secret), stepAt(new Date()))
  const { backupCodes } = await call<{ backupCodes: string[] }>(
    '/api/auth/two-factor/confirm',
    { code },
    accessToken,
  )

  const page = await openPage()
  await signInAs(page, email, PASSWORD)
  await page.getByLabel('Code').fill(code)
  expect(await violationsOf(page)).toEqual([])
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByText('This code is not right, or it was used before.').waitFor()
  await page.getByLabel('Code').fill(backupCodes[0] ?? '')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await arrived(page)
})

test('a forgotten password is set anew with the link of a mail', async () => {
  const email = 'annie@example.com'
  const token = linkTokenOf(await invite(email))
  await call('/api/invitations/accept', { token, name: 'Annie', password: PASSWORD })

  const page = await openPage()
  await page.goto(at('/sign-in'))
  await page.getByRole('link', { name: 'Forgot your password?' }).click()
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

/** The address in the newest mail to `email` that leads to `path`; mails leave by a queue. */
async function mailedLink(email: string, path: string): Promise<string> {
  const { outbox } = inject('consoleUnderTest')
  let link: string | undefined
  await expect
    .poll(
      async () => {
        const names: string[] = await readdir(outbox).catch(() => [])
        names.sort()
        const mails = await Promise.all(names.map((name) => readFile(join(outbox, name), 'utf8')))
        const mail = mails.findLast((text) => text.includes(email) && text.includes(path))
        link = mail?.match(/https?:\/\/\S+#token=[\w-]+/)?.[0]
        return link
      },
      { timeout: 60_000 },
    )
    .toBeDefined()
  return link ?? ''
}

/** RFC 4648, section 6, without padding. */
function fromBase32(text: string): Uint8Array {
  const digits = Array.from(text, (char) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(char))
  const bits = digits.map((digit) => digit.toString(2).padStart(5, '0')).join('')
  return Uint8Array.from(bits.match(/.{8}/g) ?? [], (byte) => Number.parseInt(byte, 2))
}
