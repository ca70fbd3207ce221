/** People of the deployment under test, made through the API, each for one journey. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect, inject } from 'vitest'
import { codeAt, stepAt } from '../../workers/identity/totp.ts'
import { at } from './browser.ts'

export const PASSWORD = 'seven quiet otters swim'

/** Of nobody yet, so that a file can run twice on one stack. */
export const newEmail = (name: string) => `${name}.${crypto.randomUUID().slice(0, 8)}@example.com`

/** A call that must succeed; a body makes it a POST, where nothing else is said. */
export async function call<Answer>(
  path: string,
  body?: object,
  token?: string,
  method = body ? 'POST' : 'GET',
): Promise<Answer> {
  const { url } = inject('consoleUnderTest')
  const headers = {
    'content-type': 'application/json',
    ...(token && { authorization: `Bearer ${token}` }),
  }
  const response = await fetch(url + path, {
    method,
    headers,
    ...(body && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  expect([path, response.status, text]).toEqual([path, expect.toBeOneOf([200, 201, 204]), text])
  return JSON.parse(text || '{}')
}

async function tokenOf(email: string, password: string): Promise<string> {
  const body = { email, password }
  return (await call<{ accessToken: string }>('/api/auth/sign-in/email', body)).accessToken
}

export const ownerToken = () => {
  const { email, password } = inject('consoleUnderTest')
  return tokenOf(email, password)
}

/** @returns the link in the invitation */
export async function invite(email: string, role = 'user'): Promise<string> {
  const invitation = { email, role }
  const sent = call<{ acceptUrl: string }>('/api/admin/invitations', invitation, await ownerToken())
  return (await sent).acceptUrl
}

const linkTokenOf = (url: string) => new URLSearchParams(new URL(url).hash.slice(1)).get('token')

/** Somebody with that role, and the password all of them have. @returns their access token */
export async function enroll(email: string, name: string, role = 'user'): Promise<string> {
  const token = linkTokenOf(await invite(email, role))
  const person = { token, name, password: PASSWORD }
  return (await call<{ accessToken: string }>('/api/invitations/accept', person)).accessToken
}

export async function signInAs(page: Page, email: string, password = PASSWORD) {
  await page.goto(at('/sign-in'))
  await page.getByLabel('Email').fill(email)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

export const arrived = (page: Page) =>
  page.getByRole('heading', { level: 1, name: 'Assistant' }).waitFor()

/** The address in the newest mail to `email` that leads to `path`; mails leave by a queue. */
export async function mailedLink(email: string, path: string): Promise<string> {
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

/** What an authenticator with this secret shows, this many steps of half a minute from now. */
export const codeOf = (secret: string, ahead = 0): Promise<string> =>
  codeAt(fromBase32(secret), stepAt(new Date()) + ahead)

/** RFC 4648, section 6, without padding. */
function fromBase32(text: string): Uint8Array {
  const digits = Array.from(text, (char) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(char))
  const bits = digits.map((digit) => digit.toString(2).padStart(5, '0')).join('')
  return Uint8Array.from(bits.match(/.{8}/g) ?? [], (byte) => Number.parseInt(byte, 2))
}
