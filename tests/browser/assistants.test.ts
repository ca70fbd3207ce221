/** Assistants: made, edited, tried, compared, brought back, archived; and who may not. */
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import type { Assistant } from '../../workers/assistant/assistant-schemas.ts'
import { at, openPage, openSignedIn, overflowOf, violationsOf } from './browser.ts'
import { arrived, call, enroll, newEmail, ownerToken, signInAs } from './people.ts'

const newSlug = () => `desk-${crypto.randomUUID().slice(0, 8)}`
const formOf = (page: Page) => page.getByRole('form', { name: 'Content' })
const chatOf = (page: Page) => page.getByRole('region', { name: 'Try it' })

async function make(page: Page, slug: string): Promise<void> {
  await page.goto(at('/assistants?create=true'))
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name', { exact: true }).fill(slug)
  await dialog.getByLabel('Short name').fill(slug)
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { level: 1, name: slug }).waitFor()
}

test('one is made, given tools and words, tried, and its old version comes back', async () => {
  const slug = newSlug()
  const page = await openSignedIn('/assistants')
  expect(await violationsOf(page)).toEqual([])
  await make(page, slug)
  const form = formOf(page)
  await form.getByLabel('Instructions').fill('Be brief.')
  await form.getByLabel('Greeting').fill('Ahoy, traveller.')
  await form.getByLabel('All tools').uncheck()
  await form.getByLabel('calculate').check()
  await form.getByLabel('What changed').fill('brevity')
  expect(await violationsOf(page)).toEqual([])
  await form.getByRole('button', { name: 'Save version' }).click()
  await page.getByText('Version 2 is saved.').waitFor()

  const chat = chatOf(page)
  await chat.getByText('Ahoy, traveller.').waitFor()
  await chat.getByLabel('Message').fill('call calculate {"expression":"6*7"}')
  await page.keyboard.press('Enter')
  await chat.getByText('Tool calculate').waitFor()
  await chat.getByText('done', { exact: true }).waitFor()
  await chat.getByText(/says: 42/).waitFor()
  await chat.getByText('Tool calculate').click()
  await chat.getByText('{"expression":"6*7"}', { exact: true }).waitFor()
  expect(await violationsOf(page)).toEqual([])
  await chat.getByRole('button', { name: 'Begin anew' }).click()
  await chat.getByText('Tool calculate').waitFor({ state: 'detached' })

  await page.getByRole('button', { name: 'Changes of version 2' }).click()
  await page.getByText('after: Be brief.').waitFor()
  await page.getByText('after: ["calculate"]').waitFor()
  expect(await violationsOf(page)).toEqual([])
  await page.getByRole('button', { name: 'Bring back version 1' }).click()
  await page.getByText('Version 3 is saved.').waitFor()
  await expect.poll(() => formOf(page).getByLabel('Instructions').inputValue()).toBe('')
  expect(await formOf(page).getByLabel('All tools').isChecked()).toBe(true)
})

test('what somebody else saved meanwhile is not overwritten', async () => {
  const slug = newSlug()
  const page = await openSignedIn('/assistants')
  await make(page, slug)
  const id = new URL(page.url()).searchParams.get('assistant')
  await formOf(page).getByLabel('Instructions').fill('Mine.')
  const token = await ownerToken()
  await call<Assistant>(`/api/admin/assistants/${id}/rollback`, { version: 1 }, token)
  await formOf(page).getByRole('button', { name: 'Save version' }).click()
  await page.getByRole('alert').getByText('Somebody saved another version').waitFor()
  expect(await formOf(page).getByLabel('Instructions').inputValue()).toBe('Mine.')
  expect(await violationsOf(page)).toEqual([])
  await page.getByRole('button', { name: 'Load it' }).click()
  await expect.poll(() => formOf(page).getByLabel('Instructions').inputValue()).toBe('')
})

test('one is archived, found among the archived, and deleted', async () => {
  const slug = newSlug()
  const page = await openSignedIn('/assistants')
  await make(page, slug)
  await page.getByRole('button', { name: 'Archive', exact: true }).click()
  await page.getByRole('button', { name: 'Take out of the archive' }).waitFor()
  await page.getByRole('link', { name: 'All assistants' }).click()
  await page.getByLabel('Archived ones').check()
  await page.getByRole('link', { name: slug }).click()
  await page.getByRole('button', { name: 'Delete' }).click()
  await page.keyboard.type(slug)
  await page.keyboard.press('Enter')
  await page.getByText(`${slug} is deleted.`).waitFor()
  await expect.poll(() => page.getByRole('link', { name: slug }).count()).toBe(0)
})

test('a short name that is taken keeps the form; an unknown flag says so; it fits a phone', async () => {
  const slug = newSlug()
  const options = { viewport: { width: 390, height: 844 } }
  const page = await openSignedIn('/assistants', { options })
  await make(page, slug)
  await page.getByLabel('Flag', { exact: true }).fill('no-such-flag')
  await page.getByRole('button', { name: 'Use the flag' }).click()
  await page.getByText('is no flag of yours').waitFor()
  expect(await overflowOf(page)).toBe(0)
  expect(await violationsOf(page)).toEqual([])
  await page.goto(at('/assistants?create=true'))
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name', { exact: true }).fill('Again')
  await dialog.getByLabel('Short name').fill(slug)
  await page.keyboard.press('Enter')
  await dialog.getByRole('alert').waitFor()
  expect(await dialog.getByLabel('Short name').inputValue()).toBe(slug)
})

test('it speaks Russian', async () => {
  const page = await openSignedIn('/assistants', { options: { locale: 'ru-RU' } })
  await page.getByRole('heading', { level: 1, name: 'Ассистенты' }).waitFor()
  await page.getByRole('button', { name: 'Новый ассистент' }).waitFor()
  expect(await violationsOf(page)).toEqual([])
})

test('whoever may not manage them has no such page', async () => {
  const email = newEmail('asker')
  await enroll(email, 'Asker')
  const page = await openPage()
  await signInAs(page, email)
  await arrived(page)
  expect(await page.getByRole('link', { name: 'Assistants' }).count()).toBe(0)
  await page.goto(at('/assistants'))
  await page.getByText('assistant.manage').waitFor()
})
