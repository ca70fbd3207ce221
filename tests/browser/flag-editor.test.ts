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

test('a proposal that cannot wait is published for a reason, which is on record', async () => {
  const name = await make()
  const page = await openSignedIn(`/flags?flag=${name}`)
  const rules = sectionOf(page, 'Rules')
  await rules.getByLabel('Why').fill('Stop the fire')
  await rules.getByRole('button', { name: 'Propose' }).click()
  await sectionOf(page, 'Proposals').getByRole('button', { name: 'Without approval…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Publish “Stop the fire” without approval?' })
  await dialog.getByLabel('Reason').fill('Checkout is down')
  expect(await violationsOf(page)).toEqual([])
  await dialog.getByRole('button', { name: 'Publish without approval' }).click()
  await sectionOf(page, 'Proposals').getByText('None is open.').waitFor()
  await page.goto(at('/audit?event=flag.draft.bypass'))
  await page.getByText(name).first().waitFor()
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

test('a decision is made for a context, with the rules that were looked at and the bucket', async () => {
  const rules = [
    { type: 'force', id: 'payers', value: true, condition: { plan: 'pro' } },
    { type: 'rollout', id: 'some', percentage: 100, value: true },
  ]
  const name = await make({ environments: { production: { rules } } })
  const page = await openSignedIn(`/flags?flag=${name}`)
  const tester = sectionOf(page, 'Try it')
  const context = tester.getByLabel('Context (JSON)')
  await context.fill('[]')
  await tester.getByText('This is not a JSON object.').waitFor()
  expect(await tester.getByRole('button', { name: 'Evaluate' }).isDisabled()).toBe(true)
  await context.fill('{"targetingKey":"ada","plan":"free"}')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  const trace = tester.getByRole('table', { name: 'Rules that were looked at' })
  await trace.getByRole('row', { name: /payers the audience is another/ }).waitFor()
  const decided = await trace.getByRole('row', { name: /some decided/ }).textContent()
  expect(decided).toMatch(/\d+$/)
  await tester.getByText('SPLIT').waitFor()
  expect(await violationsOf(page)).toEqual([])
  await tester.getByLabel('Version of the environment').fill('999999')
  await tester.getByRole('button', { name: 'Evaluate' }).click()
  await tester.getByRole('alert').getByText('There is no version 999999').waitFor()
})

test('who flips is shown before anything is published', async () => {
  const name = await make()
  const token = await ownerToken()
  const asked = { context: { targetingKey: `unit-${name}` } }
  await call(`/ofrep/v1/evaluate/flags/${name}`, asked, token)
  const page = await openSignedIn(`/flags?flag=${name}`)
  const shares = sectionOf(page, 'Shares')
  await shares.getByRole('slider').fill('100')
  await shares.getByRole('button', { name: 'Who flips' }).click()
  await shares.getByText('Contexts tried').waitFor()
  expect(await violationsOf(page)).toEqual([])
  await shares.getByRole('slider').fill('90')
  await shares.getByText('Contexts tried').waitFor({ state: 'detached' })
  await page.getByText('Version 1', { exact: true }).first().waitFor()
})

test('a guarded ramp is planned with its steps, seen with its guard, and cancelled', async () => {
  const name = await make()
  const page = await openSignedIn(`/flags?flag=${name}`)
  const schedules = sectionOf(page, 'Schedule')
  await schedules.getByLabel('What happens').selectOption({ label: 'A share grows' })
  await schedules.getByLabel('First step at').fill('2030-01-01T09:00')
  await schedules.getByLabel('Shares, in percent').fill('25 50 100')
  await schedules.getByLabel('Hours between steps').fill('12')
  await schedules.getByLabel('Guard it').check()
  await schedules.getByLabel('Metric').fill('failures')
  expect(await violationsOf(page)).toEqual([])
  await schedules.getByRole('button', { name: 'Schedule' }).click()
  await schedules.getByRole('alert').getByText('name most, least or both').waitFor()
  await schedules.getByLabel('At most').fill('0.02')
  await schedules.getByRole('button', { name: 'Schedule' }).click()
  await schedules.getByText('(0/3)').waitFor()
  await schedules.getByText('Steps: 25 %, 50 %, 100 %').waitFor()
  await schedules.getByText('Guard: failures ≤ 0.02').waitFor()
  expect(await violationsOf(page)).toEqual([])
  await schedules.getByRole('button', { name: 'Cancel' }).click()
  await schedules.getByText('Cancelled').waitFor()
})

test('an export is previewed with what is lost, and then taken in', async () => {
  const id = crypto.randomUUID().slice(0, 8)
  const flag = { state: 'ENABLED', variants: { on: true, off: false }, defaultVariant: 'on' }
  const timed = { if: [{ '<': [{ var: '$flagd.timestamp' }, 9] }, 'on', 'off'] }
  const flags = { [`whole_${id}`]: flag, [`timed_${id}`]: { ...flag, targeting: timed } }
  const page = await openSignedIn('/flags')
  await page.getByRole('link', { name: 'Import' }).click()
  await page.getByLabel('Export of').selectOption({ label: 'flagd' })
  const upload = async (text: string) => {
    const file = { name: 'flags.json', mimeType: 'application/json', buffer: Buffer.from(text) }
    await page.getByLabel('File (JSON)').setInputFiles(file)
    await page.getByRole('button', { name: 'Preview' }).click()
  }
  await upload('{')
  await page.getByText('This file is not JSON.').waitFor()
  await upload(JSON.stringify({ flags }))
  const rowOf = (name: string) => page.getByRole('row').filter({ hasText: name })
  await rowOf(`whole_${id}`).getByText('new flag').waitFor()
  await rowOf(`timed_${id}`).getByText('lost').first().waitFor()
  await page.getByText('Nothing has been changed yet.').waitFor()
  expect(await violationsOf(page)).toEqual([])
  await page.getByRole('button', { name: 'Import' }).click()
  await page.getByText('It is imported.').waitFor()
  await page.goto(at(`/flags?q=whole_${id}`))
  await page.getByRole('link', { name: `whole_${id}` }).waitFor()
})

test('evaluations are drawn by variant, told in words, and shown as a table', async () => {
  const name = await make()
  const page = await openSignedIn(`/flags?flag=${name}`)
  const counts = sectionOf(page, 'Evaluations')
  await counts.getByText('Nobody asked in this period.').waitFor()
  // Counts reach the database a while after they were made: what the server will say is said for it.
  const asked: URL[] = []
  await page.route('**/analytics?**', async (route) => {
    const url = new URL(route.request().url())
    asked.push(url)
    const to = Date.parse('2026-03-31T00:00:00Z')
    const before = (daysAgo: number) => new Date(to - daysAgo * 86_400_000).toISOString()
    const point = { bulk: 0, errors: 0, units: 1 }
    const series = [
      { variant: 'on', reason: 'SPLIT', points: [{ at: before(3), evals: 1200, ...point }] },
      {
        variant: '',
        reason: 'DISABLED',
        points: [{ at: before(2), evals: 34, ...point, errors: 2 }],
      },
    ]
    const part = { environment: 'production', granularity: 'day', from: before(30), to: before(0) }
    await route.fulfill({ json: { flag: name, ...part, series } })
  })
  await counts.getByLabel('Period').selectOption('30d')
  await counts.getByRole('img', { name: 'Evaluations: 1,234, failed: 2.' }).waitFor()
  expect(asked[0]?.searchParams.get('granularity')).toBe('day')
  expect(await counts.locator('svg rect').count()).toBe(2)
  await counts.getByText('Show as table').click()
  await counts.getByRole('columnheader', { name: 'default in the code' }).waitFor()
  await counts.getByRole('cell', { name: '1,200' }).waitFor()
  expect(new URL(page.url()).searchParams.get('period')).toBe('30d')
  expect(await violationsOf(page)).toEqual([])
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
