/** Roles: the matrix, and roles of a tenant's own made from what their maker holds. */
import { expect, test } from 'vitest'
import { at, openPage, openSignedIn, overflowOf, violationsOf } from './browser.ts'
import { arrived, enroll, newEmail, signInAs } from './people.ts'

test('a role is made, shows in the matrix, is given, changed, and deleted once nobody holds it', async () => {
  const name = `support-${crypto.randomUUID().slice(0, 8)}`
  const email = newEmail('lead')
  await enroll(email, 'Lea')
  const page = await openSignedIn('/roles?create=true')
  const question = page.getByRole('dialog')
  await question.getByLabel('Name', { exact: true }).fill(name)
  await question.getByLabel('Description').fill('Answers customers')
  await question.getByLabel('See members and roles').check()
  await question.getByLabel('See documents').check()
  expect(await violationsOf(page)).toEqual([])
  await question.getByRole('button', { name: 'Create' }).click()
  await page.getByText(`${name} is saved.`).waitFor()
  const head = page.getByRole('columnheader', { name: new RegExp(name) })
  await head.waitFor()
  const headers = await page.getByRole('columnheader').allTextContents()
  const column = headers.findIndex((text) => text.startsWith(name))
  const cellOf = (permission: string) =>
    page
      .getByRole('row')
      .filter({ hasText: permission })
      .getByRole('cell')
      .nth(column - 1)
  expect(await cellOf('kb.read').textContent()).toContain('Yes')
  expect(await cellOf('kb.delete').textContent()).toContain('No')

  await page.goto(at(`/members?q=${email}`))
  await page.getByRole('combobox', { name: 'Role of Lea' }).selectOption(name)
  await page.getByText('The role of Lea is changed.').waitFor()
  await page.goto(at('/roles'))
  await page.getByRole('button', { name: `Delete ${name}` }).click()
  await question.getByRole('textbox').fill(name)
  await question.getByRole('button', { name: 'Delete' }).click()
  await question.getByRole('alert').waitFor()
  await page.keyboard.press('Escape')

  await page.getByRole('button', { name: `Change ${name}` }).click()
  expect(new URL(page.url()).searchParams.get('edit')).toBe(name)
  await question.getByLabel('Delete documents').check()
  await question.getByRole('button', { name: 'Save' }).click()
  await expect.poll(() => cellOf('kb.delete').textContent(), { timeout: 10_000 }).toContain('Yes')

  await page.goto(at(`/members?q=${email}`))
  await page.getByRole('combobox', { name: 'Role of Lea' }).selectOption('user')
  await page.getByText('The role of Lea is changed.').waitFor()
  await page.goto(at('/roles'))
  await page.getByRole('button', { name: `Delete ${name}` }).click()
  await page.keyboard.type(name)
  await page.keyboard.press('Enter')
  await page.getByText(`${name} is deleted.`).waitFor()
  await head.waitFor({ state: 'detached' })
})

test('an admin cannot give what only owners hold, and reads why not', async () => {
  const email = newEmail('roles-admin')
  await enroll(email, 'Ada', 'admin')
  const page = await openPage({ options: { viewport: { width: 390, height: 844 } } })
  await signInAs(page, email)
  await arrived(page)
  await page.goto(at('/roles?create=true'))
  const phi = page.getByRole('dialog').getByLabel('Read sensitive documents')
  await phi.waitFor()
  expect(await phi.isDisabled()).toBe(true)
  const note = page.locator(`#${(await phi.getAttribute('aria-describedby'))!}`)
  expect(await note.textContent()).toContain('You do not hold this yourself')
  expect(await violationsOf(page)).toEqual([])
  expect(await overflowOf(page)).toBe(0)
})
