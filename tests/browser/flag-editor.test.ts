/** One flag's page: what it says, what one changes there, and what comes back. */
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { at, openSignedIn, overflowOf, violationsOf } from './browser.ts'
import { call, ownerToken } from './people.ts'

const FLAGS = '/api/admin/feature-flags'

async function make(fields: object = {}): Promise<string> {
  const name = `edited_${crypto.randomUUID().slice(0, 8)}`
  const rules = [{ type: 'rollout', id: 'some', percentage: 10, value: true }]
  const environments = { production: { rules } }
  const flag = { name, enabled: true, defaultValue: false, environments, ...fields }
  await call(FLAGS, flag, await ownerToken())
  return name
}

const sectionOf = (page: Page, name: string) => page.getByRole('region', { name })

test('a share is moved with the slider and published, and the version before comes back', async () => {
  const name = await make()
  const page = await openSignedIn(`/flags?q=${name}`)
  await page.getByRole('link', { name }).click()
  await page.getByText('Everybody: 10 % get true.').waitFor()
  expect(await violationsOf(page)).toEqual([])
  const slider = page.getByRole('slider', { name: 'Share of some' })
  await slider.fill('50')
  await sectionOf(page, 'Shares').getByRole('button', { name: 'Publish' }).click()
  await page.getByText('Everybody: 50 % get true.').waitFor()

  const history = sectionOf(page, 'History')
  await history.getByRole('button', { name: 'Changes of version 2' }).click()
  await history.getByText('/environments/production/rules/0/percentage').waitFor()
  expect(await violationsOf(page)).toEqual([])
  await history.getByRole('button', { name: 'Restore version 1' }).click()
  await page.getByText('Everybody: 10 % get true.').waitFor()
  await history.getByText('Version 3').waitFor()
})

test('rules are edited as JSON, refused with the reason, and proposed for approval', async () => {
  const name = await make()
  const page = await openSignedIn(`/flags?flag=${name}`)
  const rules = sectionOf(page, 'Rules')
  const field = rules.getByLabel('Settings')
  await field.fill('{')
  expect(await rules.getByRole('button', { name: 'Publish' }).isDisabled()).toBe(true)
  const wrong = { rules: [{ type: 'force', id: 'r', value: 'text' }] }
  await field.fill(JSON.stringify(wrong))
  await rules.getByRole('button', { name: 'Publish' }).click()
  await rules.getByRole('alert').waitFor()
  const right = { rules: [{ type: 'force', id: 'r', value: true, condition: { plan: 'pro' } }] }
  const whole = { enabled: true, prerequisites: [], ...right }
  await field.fill(JSON.stringify(whole))
  await rules.getByLabel('Why').fill('For those who pay')
  await rules.getByRole('button', { name: 'Propose' }).click()
  const drafts = sectionOf(page, 'Proposals')
  await drafts.getByText('For those who pay').waitFor()
  await drafts.getByRole('button', { name: 'Publish' }).click()
  await page.getByText('Whoever is plan = "pro": true.').waitFor()
  await drafts.getByText('None is open.').waitFor()
})

test('an override is set and removed; a window is scheduled, paused and cancelled', async () => {
  const name = await make()
  const page = await openSignedIn(`/flags?flag=${name}`)
  const overrides = sectionOf(page, 'Overrides')
  await overrides.getByLabel('Targeting key').fill('ada')
  await overrides.getByLabel('Value (JSON)').fill('true')
  await overrides.getByLabel('Reason').fill('Asked for it')
  await overrides.getByRole('button', { name: 'Set' }).click()
  await overrides.getByText('ada: true').waitFor()
  await overrides.getByRole('button', { name: 'Remove the override of ada' }).click()
  await overrides.getByText('None.').waitFor()

  const schedules = sectionOf(page, 'Schedule')
  await schedules.getByLabel('On from').fill('2030-01-01T09:00')
  await schedules.getByLabel('Off from').fill('2030-01-02T09:00')
  await schedules.getByRole('button', { name: 'Schedule' }).click()
  await schedules.getByText('On and off (0/2)').waitFor()
  await schedules.getByRole('button', { name: 'Pause' }).click()
  await schedules.getByText('Paused').waitFor()
  expect(await violationsOf(page)).toEqual([])
  await schedules.getByRole('button', { name: 'Cancel' }).click()
  await schedules.getByText('Cancelled').waitFor()
})

test('the list is narrowed by type and state, at an address of its own', async () => {
  const [text, off] = [
    await make({ type: 'string', defaultValue: 'x', environments: {} }),
    await make(),
  ]
  await call(`${FLAGS}/${off}/toggle`, { enabled: false }, await ownerToken())
  const page = await openSignedIn('/flags?q=edited_')
  await page.getByLabel('Type', { exact: true }).selectOption('string')
  await page.getByRole('link', { name: off }).waitFor({ state: 'detached' })
  await page.getByRole('link', { name: text }).waitFor()
  await page.goto(at('/flags?q=edited_&state=off'))
  await page.getByRole('link', { name: off }).waitFor()
  expect(await page.getByRole('link', { name: text }).count()).toBe(0)
})

test('it fits a phone, in Russian too', async () => {
  const name = await make()
  const options = { locale: 'ru-RU', viewport: { width: 360, height: 740 } }
  const page = await openSignedIn(`/flags?flag=${name}`, { options })
  await page.getByText('Все: 10 % получают true.').waitFor()
  expect(await overflowOf(page)).toBe(0)
  expect(await violationsOf(page)).toEqual([])
})
