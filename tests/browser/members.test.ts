/** Members: invited with a link shown once, given roles, removed; and who may not. */
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { at, openPage, openSignedIn, violationsOf } from './browser.ts'
import { arrived, enroll, newEmail, PASSWORD, signInAs } from './people.ts'

const rowOf = (page: Page, text: string) => page.getByRole('row').filter({ hasText: text })

test('somebody is invited, the link is shown once, sent again, and works', async () => {
  const email = newEmail('emmy')
  const page = await openSignedIn('/members?invite=true')
  await page.getByRole('dialog').getByLabel('Address').fill(email)
  await page.getByRole('dialog').getByLabel('Role').selectOption('editor')
  await page.getByRole('button', { name: 'Send invitation' }).click()
  const shown = page.getByRole('dialog', { name: 'The invitation is on its way' })
  const first = await shown.locator('pre').textContent()
  expect(first).toMatch(/\/console\/invitation#token=[\w-]{43}$/)
  expect(await violationsOf(page)).toEqual([])
  await shown.getByRole('button', { name: 'Done' }).click()

  await rowOf(page, email).getByText('Waiting').waitFor()
  await page.getByRole('button', { name: `Send the invitation of ${email} again` }).click()
  const second = (await shown.locator('pre').textContent()) ?? ''
  expect(second).not.toBe(first)
  await page.keyboard.press('Escape')

  const guest = await openPage()
  await guest.goto(at(`/invitation${new URL(second).hash}`))
  await guest.getByLabel('Your name').fill('Emmy')
  await guest.getByLabel('Password').fill(PASSWORD)
  await guest.getByRole('button', { name: 'Accept invitation' }).click()
  await arrived(guest)
  await page.reload()
  await page.getByLabel('Find by name or address').fill(email)
  const role = page.getByRole('combobox', { name: 'Role of Emmy' })
  const rows = page.getByRole('table', { name: 'Members', exact: true }).getByRole('row')
  await expect.poll(() => rows.count(), { timeout: 10_000 }).toBe(2)
  expect(await role.inputValue()).toBe('editor')
  expect(new URL(page.url()).searchParams.get('q')).toBe(email)
})

test('an invitation is withdrawn', async () => {
  const email = newEmail('sofia')
  const page = await openSignedIn('/members?invite=true')
  await page.getByRole('dialog').getByLabel('Address').fill(email)
  await page.getByRole('button', { name: 'Send invitation' }).click()
  await page.getByRole('button', { name: 'Done' }).click()
  await page.getByRole('button', { name: `Withdraw the invitation of ${email}` }).click()
  await page.getByText(`The invitation of ${email} is withdrawn.`).waitFor()
  await rowOf(page, email).waitFor({ state: 'detached' })
  expect(await rowOf(page, email).count()).toBe(0)
})

test('a role is changed at once and stays; a refusal puts it back and names the permission', async () => {
  const email = newEmail('ruth')
  await enroll(email, 'Ruth')
  const page = await openSignedIn(`/members?q=${email}`)
  const role = rowOf(page, email).getByRole('combobox')
  await role.selectOption('editor')
  await page.getByText('The role of Ruth is changed.').waitFor()
  await page.reload()
  await role.waitFor()
  expect(await role.inputValue()).toBe('editor')

  const body = JSON.stringify({
    code: 'forbidden',
    detail: 'This needs the permission phi.read.',
    requestId: 'req-7',
  })
  await page.route('**/api/admin/users/*', (route) => route.fulfill({ status: 403, body }))
  await role.selectOption('owner')
  const toast = page.getByRole('status').filter({ hasText: 'The role of Ruth was not changed.' })
  await toast.getByText('This needs the permission phi.read, which your role').waitFor()
  expect(await role.inputValue()).toBe('editor')
})

test('a member is removed when the address is typed', async () => {
  const email = newEmail('vera')
  await enroll(email, 'Vera')
  const page = await openSignedIn(`/members?q=${email}`)
  await page.getByRole('button', { name: 'Remove Vera' }).click()
  const question = page.getByRole('dialog')
  const last = question.getByRole('button', { name: 'Remove', exact: true })
  expect(await last.isDisabled()).toBe(true)
  await page.keyboard.type(email)
  expect(await violationsOf(page)).toEqual([])
  await last.click()
  await page.getByText('Vera is no member any more.').waitFor()
  await page.getByText('Nobody matches.').waitFor()
})

test('an admin changes no owner, and nobody changes themselves', async () => {
  const email = newEmail('admin')
  await enroll(email, 'Ada', 'admin')
  const page = await openPage()
  await signInAs(page, email)
  await arrived(page)
  await page.goto(at('/members'))
  await rowOf(page, email).getByText('You').waitFor()
  for (const row of [rowOf(page, email), rowOf(page, 'owner@')]) {
    expect(await row.getByRole('combobox').count()).toBe(0)
    expect(await row.getByRole('button').count()).toBe(0)
  }
})

test('a viewer begins where they may, and a deep link says what is missing', async () => {
  const email = newEmail('viewer')
  await enroll(email, 'Vi', 'viewer')
  const page = await openPage({ options: { viewport: { width: 390, height: 844 } } })
  await signInAs(page, email)
  await page.getByRole('heading', { level: 1, name: 'Knowledge' }).waitFor()
  expect(await page.getByRole('link', { name: 'Assistant', exact: true }).count()).toBe(0)
  await page.goto(at('/members'))
  await page.getByText('Your role does not include this page.').waitFor()
  await page.getByText('member.read').waitFor()
  expect(await page.getByRole('link', { name: 'Members', exact: true }).count()).toBe(0)
  expect(await violationsOf(page)).toEqual([])
  await page.getByRole('link', { name: 'Go to the first page' }).click()
  await page.getByRole('heading', { level: 1, name: 'Knowledge' }).waitFor()
})
