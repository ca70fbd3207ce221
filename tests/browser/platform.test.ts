/** Running the platform: bans, acting as a member with a banner on every page, plans; and who may not. */
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { at, openPage, openSignedIn, overflowOf, violationsOf } from './browser.ts'
import { arrived, enroll, newEmail, signInAs } from './people.ts'
import { openPlatform } from './platform-people.ts'

async function find(page: Page, email: string): Promise<void> {
  await page.goto(at('/platform'))
  await page.getByLabel('Address').fill(email)
  await page.keyboard.press('Enter')
}

test('an account is banned with an end, refused at sign-in, and let in again', async () => {
  const email = newEmail('mallory')
  await enroll(email, 'Mallory')
  const page = await openPlatform({ options: { viewport: { width: 390, height: 844 } } })
  await find(page, 'nobody@example.com')
  await page.getByText('No account has the address nobody@example.com.').waitFor()
  await find(page, email)
  await page.getByText('Not banned').waitFor()
  expect(new URL(page.url()).searchParams.get('email')).toBe(email)
  expect(await violationsOf(page)).toEqual([])
  expect(await overflowOf(page)).toBe(0)

  await page.getByRole('button', { name: 'Ban', exact: true }).click()
  const question = page.getByRole('dialog')
  await question.getByLabel('Reason').fill('Spam from this account')
  await question.getByLabel('Ends').fill('2001-01-01T00:00')
  await question.getByRole('button', { name: 'Ban' }).click()
  await question.getByText('must be in the future').waitFor()
  expect(await violationsOf(page)).toEqual([])
  await question.getByLabel('Ends').fill('2099-01-01T00:00')
  await question.getByRole('button', { name: 'Ban' }).click()
  await page.getByText('Reason: Spam from this account.').waitFor()
  await page.getByText('Banned', { exact: true }).waitFor()
  expect(await violationsOf(page)).toEqual([])

  const other = await openPage()
  await signInAs(other, email)
  await other.getByText('This account is suspended until').waitFor()
  await page.getByRole('button', { name: 'Lift the ban' }).click()
  await page.getByText('Not banned').waitFor()
  await signInAs(other, email)
  await arrived(other)
})

test('whoever acts as a member sees so on every page, and goes back to themselves', async () => {
  const email = newEmail('alice')
  await enroll(email, 'Alice')
  const page = await openPlatform()
  await find(page, email)
  await page.getByRole('button', { name: /^Act as member in / }).click()
  const question = page.getByRole('dialog', { name: 'Act as Alice' })
  await question.getByLabel('Reason').fill('Support ticket 4711')
  expect(await violationsOf(page)).toEqual([])
  await question.getByRole('button', { name: 'Start' }).click()
  await arrived(page)
  const banner = page.getByRole('status').filter({ hasText: 'You act as Alice in' })
  await banner.waitFor()
  expect(await violationsOf(page)).toEqual([])
  expect(await page.getByRole('link', { name: 'Platform' }).count()).toBe(0)
  await page.setViewportSize({ width: 390, height: 500 })
  await page.goto(at('/help'))
  await banner.waitFor()
  await page.mouse.wheel(0, 5_000)
  await expect.poll(() => page.evaluate(() => scrollY)).toBeGreaterThan(100)
  const hit = await banner.getByRole('button').evaluate((button) => {
    const { x, y } = button.getBoundingClientRect()
    return button.contains(document.elementFromPoint(x + 4, y + 4))
  })
  expect(hit).toBe(true)
  expect(await overflowOf(page)).toBe(0)
  await page.setViewportSize({ width: 1280, height: 720 })
  await page.goto(at('/platform'))
  await page.getByText('Your role does not include this page.').waitFor()
  await banner.getByRole('button', { name: 'Stop acting' }).click()
  await banner.waitFor({ state: 'detached' })
  await page.getByRole('heading', { level: 1, name: 'Platform' }).waitFor()
  await page.getByRole('button', { name: 'Account and preferences' }).getByText('Root').waitFor()
})

test('a tenant gets a plan; who runs the platform cannot be banned or acted as', async () => {
  const page = await openPlatform()
  await page.getByRole('link', { name: 'Platform' }).click()
  const open = page.getByRole('button', { name: /^Plan of / }).first()
  const plan = page.getByRole('dialog').getByLabel('Plan')
  await open.click()
  await plan.selectOption('large')
  expect(await violationsOf(page)).toEqual([])
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
  await page.getByText('The plan is saved.').waitFor()
  await open.click()
  await plan.waitFor()
  expect(await plan.inputValue()).toBe('large')
  await plan.selectOption('')
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
  await page.getByRole('dialog').waitFor({ state: 'detached' })

  const [own] = await page.evaluate(async () => {
    const answer = await fetch('/api/auth/token')
    const { user }: { user: { email: string } } = await answer.json()
    return [user.email]
  })
  await find(page, own ?? '')
  await page.getByText('It runs the platform').waitFor()
  expect(await page.getByRole('button', { name: 'Ban' }).count()).toBe(0)
  expect(await page.getByRole('button', { name: /^Act as/ }).count()).toBe(0)
})

test('an owner of a tenant does not see the page, and a deep link says what is missing', async () => {
  const page = await openSignedIn('/help')
  expect(await page.getByRole('link', { name: 'Platform' }).count()).toBe(0)
  await page.goto(at('/platform'))
  await page.getByText('admin.platform').waitFor()
})
