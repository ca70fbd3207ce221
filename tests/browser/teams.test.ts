/** Teams: made, filled, renamed, deleted; and who only looks. */
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { at, openPage, openSignedIn, overflowOf, violationsOf } from './browser.ts'
import { arrived, call, enroll, newEmail, ownerToken, signInAs } from './people.ts'

const rowOf = (page: Page, name: string) => page.getByRole('row').filter({ hasText: name })
const newName = (what: string) => `${what} ${crypto.randomUUID().slice(0, 8)}`

async function make(page: Page, name: string): Promise<void> {
  await page.goto(at('/teams?create=true'))
  await page.getByRole('dialog').getByLabel('Name').fill(name)
  await page.keyboard.press('Enter')
  await page.getByRole('dialog', { name: `Members of ${name}` }).waitFor()
}

test('a team is made, gets a member and loses them again, is renamed and deleted', async () => {
  const [name, email] = [newName('Night shift'), newEmail('tu')]
  await enroll(email, 'Tu Youyou')
  const page = await openSignedIn('/teams')
  await make(page, name)
  const open = page.getByRole('dialog', { name: `Members of ${name}` })
  await open.getByText('Nobody yet.').waitFor()
  await open.getByLabel('Find by name or address').fill(email)
  expect(await violationsOf(page)).toEqual([])
  await open.getByRole('button', { name: 'Add Tu Youyou' }).click()
  await open.getByRole('button', { name: 'Take out Tu Youyou' }).waitFor()
  await open.getByText('Nobody else matches.').waitFor()
  expect(await violationsOf(page)).toEqual([])

  // A link to the team leads to its members.
  await page.reload()
  await open.getByText(email).waitFor()
  await page.keyboard.press('Escape')
  await expect.poll(() => rowOf(page, name).getByRole('cell').nth(1).textContent()).toBe('1')
  await expect.poll(() => new URL(page.url()).search).toBe('')
  await page.getByRole('link', { name }).click()
  await open.getByRole('button', { name: 'Take out Tu Youyou' }).click()
  await open.getByText('Nobody yet.').waitFor()
  await page.keyboard.press('Escape')

  const next = newName('Day shift')
  await page.getByRole('button', { name: `Rename ${name}` }).click()
  await page.getByRole('dialog').getByLabel('Name').fill(next)
  await page.keyboard.press('Enter')
  await rowOf(page, next).waitFor()
  await page.getByRole('button', { name: `Delete ${next}` }).click()
  await page.keyboard.type(next)
  await page.keyboard.press('Enter')
  await page.getByText(`${next} is deleted.`).waitFor()
  await rowOf(page, next).waitFor({ state: 'detached' })
})

test('a name that is taken keeps the form; it fits a phone', async () => {
  const name = newName('Triage')
  const options = { viewport: { width: 390, height: 844 } }
  const page = await openSignedIn('/teams', { options })
  await make(page, name)
  expect(await overflowOf(page)).toBe(0)
  expect(await violationsOf(page)).toEqual([])
  await page.goto(at('/teams?create=true'))
  await page.getByRole('dialog').getByLabel('Name').fill(name)
  await page.keyboard.press('Enter')
  await page.getByRole('dialog').getByRole('alert').waitFor()
  expect(await page.getByRole('dialog').getByLabel('Name').inputValue()).toBe(name)
})

test('a team that is not there says so; whoever may not manage members only looks', async () => {
  const name = newName('Archive')
  const owner = await openSignedIn('/teams')
  await make(owner, name)
  const path = new URL(owner.url()).search
  await owner.goto(at(`/teams?team=${crypto.randomUUID()}`))
  await owner.getByRole('dialog').getByRole('alert').waitFor()

  const [email, role] = [newEmail('looker'), `looker-${crypto.randomUUID().slice(0, 8)}`]
  const permissions = ['member.read', 'rag.query']
  await call('/api/admin/roles', { name: role, permissions }, await ownerToken())
  await enroll(email, 'Lise', role)
  const page = await openPage()
  await signInAs(page, email)
  await arrived(page)
  await page.goto(at(`/teams${path}`))
  const open = page.getByRole('dialog', { name: `Members of ${name}` })
  await open.getByText('Nobody yet.').waitFor()
  expect(await open.getByRole('searchbox').count()).toBe(0)
  await page.keyboard.press('Escape')
  await rowOf(page, name).waitFor()
  expect(await rowOf(page, name).getByRole('button').count()).toBe(0)
  expect(await page.getByRole('button', { name: 'New team' }).count()).toBe(0)
})
