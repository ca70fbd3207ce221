/** Conversations: found by filters in the address, read, exported, deleted; and those of others. */
import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import type { Reply } from '../../workers/assistant/schemas.ts'
import { at, openPage, openSignedIn, overflowOf, violationsOf } from './browser.ts'
import { arrived, call, enroll, newEmail, ownerToken, signInAs } from './people.ts'

const newWord = () => `w${crypto.randomUUID().slice(0, 8)}`
const say = async (message: string, token: string) =>
  call<Reply>('/api/assistant/messages', { message }, token)
const linkOf = (page: Page, word: string) => page.getByRole('link', { name: new RegExp(word) })

test('one is found by its words, read with its tool calls and cost, exported and deleted', async () => {
  const word = newWord()
  await say(`${word} call calculate {"expression":"6*7"}`, await ownerToken())
  const page = await openSignedIn('/conversations')
  await page.getByRole('search').getByLabel('Words').fill(word)
  await linkOf(page, word).waitFor()
  await expect.poll(() => new URL(page.url()).searchParams.get('q')).toContain(word)
  await expect.poll(() => page.getByRole('row').count()).toBe(2)
  expect(await violationsOf(page)).toEqual([])

  // The address alone shows the same.
  await page.reload()
  await linkOf(page, word).click()
  const transcript = page.getByRole('list', { name: 'Transcript' })
  await transcript.getByText('Tool calculate').waitFor()
  await transcript.getByText(/says: 42/).waitFor()
  await transcript.getByText(/tokens/).waitFor()
  expect(await transcript.getByRole('link', { name: 'Trace' }).getAttribute('href')).toMatch(
    /\/traces\?trace=/,
  )
  expect(await violationsOf(page)).toEqual([])

  const download = page.waitForEvent('download')
  await page.getByRole('button', { name: /^Export/ }).click()
  const file = await (await download).path()
  expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({
    messages: [{ role: 'user' }, { role: 'assistant', tool_calls: [{ tool_name: 'calculate' }] }],
  })

  await page.getByRole('button', { name: 'Delete' }).click()
  await page.keyboard.type('delete')
  await page.keyboard.press('Enter')
  await page.getByText('The conversation is deleted.').waitFor()
  // The filters are still there.
  await page.getByText('No conversations').waitFor()
  expect(await violationsOf(page)).toEqual([])
})

test('an administrator may look at those of others, and is told that it is on record', async () => {
  const [word, email] = [newWord(), newEmail('teller')]
  await say(`${word} hello`, await enroll(email, 'Teller'))
  const page = await openSignedIn(`/conversations?q=${word}`)
  await page.getByText('No conversations').waitFor()
  await page.getByLabel('Whose').selectOption({ label: 'Everybody’s' })
  await page.getByText('is in the audit log').waitFor()
  await linkOf(page, word).click()
  await page.getByText(/^Teller · ours · 1 turn/).waitFor()
  expect(await page.getByRole('button', { name: 'Delete' }).count()).toBe(0)
  expect(await violationsOf(page)).toEqual([])
  await page.getByRole('link', { name: 'All conversations' }).click()
  await linkOf(page, word).waitFor()

  const other = await openPage()
  await signInAs(other, email)
  await arrived(other)
  await other.goto(at(`/conversations?all=true&q=${word}`))
  await linkOf(other, word).waitFor()
  expect(await other.getByLabel('Whose').count()).toBe(0)
})

test('it fits a phone and speaks Russian; one that is not there says so', async () => {
  const options = { viewport: { width: 390, height: 844 }, locale: 'ru-RU' }
  const page = await openSignedIn('/conversations', { options })
  await page.getByRole('heading', { level: 1, name: 'Беседы' }).waitFor()
  expect(await overflowOf(page)).toBe(0)
  expect(await violationsOf(page)).toEqual([])
  await page.goto(at(`/conversations?conversation=${crypto.randomUUID()}`))
  await page.getByRole('alert').waitFor()
})
