/** Experiments in the console: what is measured, what came out, and what tells that it cannot be trusted. */
import { decodeJwt } from 'jose'
import type { Page } from 'playwright-core'
import { expect, inject, test } from 'vitest'
import { connect } from '../../operations/database/connection.ts'
import { countUnits } from '../http/experiment-units.ts'
import { at, openSignedIn, overflowOf, violationsOf } from './browser.ts'
import { call, ownerToken } from './people.ts'

const arms = [
  { variant: 'cold', weight: 50 },
  { variant: 'warm', weight: 50 },
]

/** A flag with an experiment, and who was in it. @returns the key */
async function make(
  units: Record<string, number>,
  did: Record<string, Record<string, number>>,
): Promise<string> {
  const key = `split_${crypto.randomUUID().slice(0, 8)}`
  const rule = {
    type: 'experiment',
    id: 'split',
    key,
    status: 'running',
    variations: arms,
    phase: 1,
  }
  const token = await ownerToken()
  await call(
    '/api/admin/feature-flags',
    {
      name: key,
      enabled: true,
      type: 'string',
      defaultValue: 'hello',
      variants: { cold: 'good day', warm: 'hi' },
      environments: { production: { rules: [rule] } },
    },
    token,
  )
  const { databaseUrl, databaseHttpUrl: httpUrl } = inject('consoleUnderTest')
  const tenant = String(decodeJwt(token)['org'])
  await countUnits(connect({ databaseUrl, httpUrl }), { tenant, key }, units, did)
  return key
}

const sectionOf = (page: Page, name: string) => page.getByRole('region', { name })

async function addMetric(page: Page, place: number, name: string, role: 'goal' | 'guardrail') {
  await page.getByRole('button', { name: 'Add a metric' }).click()
  const row = page.getByRole('group', { name: `Metric ${place}` })
  await row.getByLabel('Event').fill(name)
  if (role === 'goal') return
  await row.getByLabel('Better is').selectOption('decrease')
  await row.getByLabel('Role').selectOption('guardrail')
}

test('metrics are chosen, and what they say stands there with its interval', async () => {
  const key = await make(
    { cold: 5002, warm: 5002 },
    { bought: { cold: 500, warm: 800 }, failed: { cold: 50, warm: 52 } },
  )
  const page = await openSignedIn('/experiments')
  await page.getByRole('link', { name: `Open ${key}` }).click()
  await page.getByText('Nothing is measured. Choose metrics below.').waitFor()
  await addMetric(page, 1, 'bought', 'goal')
  await addMetric(page, 2, 'failed', 'guardrail')
  await page.getByRole('button', { name: 'Save' }).click()
  const bought = page.getByRole('table', { name: 'Results of bought' })
  await bought.getByText('Better').waitFor()
  await bought.getByText('+60%').waitFor()
  const interval = bought.getByRole('img', {
    name: /^warm: between \+\d+(\.\d)?% and \+\d+(\.\d)?%$/,
  })
  await interval.waitFor()
  await sectionOf(page, 'failed').getByText('Holds').waitFor()
  await sectionOf(page, 'Units').getByText('5002 units, 50%').first().waitFor()
  const exposures = sectionOf(page, 'Exposures by day')
  await exposures.getByRole('img', { name: 'Units: 10,004.' }).waitFor()
  await exposures.getByText('Show as table').click()
  await exposures.getByRole('cell', { name: '5,002' }).first().waitFor()
  expect(await page.getByRole('alert').count()).toBe(0)
  expect(await violationsOf(page)).toEqual([])

  await page.emulateMedia({ colorScheme: 'dark' })
  await page.setViewportSize({ width: 390, height: 844 })
  expect(await violationsOf(page)).toEqual([])
  expect(await overflowOf(page)).toBe(0)
  await page.getByRole('link', { name: 'All experiments' }).click()
  const row = page.getByRole('row').filter({ hasText: key })
  await row.getByText('Better: bought').waitFor()
  expect(await violationsOf(page)).toEqual([])
})

test('arms of the wrong size and a guardrail that is breached are alarms above all numbers', async () => {
  const key = await make({ cold: 5502, warm: 5002 }, { failed: { cold: 50, warm: 200 } })
  const page = await openSignedIn(`/experiments?experiment=${key}`)
  await addMetric(page, 1, 'failed', 'guardrail')
  await page.getByRole('button', { name: 'Save' }).click()
  const alarms = page.getByRole('alert')
  await alarms.filter({ hasText: 'The arms are not as large as they should be' }).waitFor()
  await alarms.filter({ hasText: 'Guardrail breached: failed' }).waitFor()
  await page.getByRole('table', { name: 'Results of failed' }).getByText('Worse').waitFor()
  expect(await violationsOf(page)).toEqual([])
})

test('with few units there are no numbers, and a fixed method asks for its horizon', async () => {
  const key = await make({ cold: 60, warm: 70 }, { bought: { cold: 1, warm: 60 } })
  const page = await openSignedIn(`/experiments?experiment=${key}`)
  await addMetric(page, 1, 'bought', 'goal')
  await page.getByLabel('Method').selectOption('fixed')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('alert').waitFor()
  await page.getByLabel('Horizon').fill('2030-01-01T09:00')
  await page.getByRole('button', { name: 'Save' }).click()
  const few = sectionOf(page, 'bought').getByText('Not enough units yet: each arm needs 100.')
  await few.waitFor()
  expect(await sectionOf(page, 'bought').getByRole('img').count()).toBe(0)
  expect(await violationsOf(page)).toEqual([])
  await page.getByRole('button', { name: 'Remove metric 1' }).click()
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Nothing is measured. Choose metrics below.').waitFor()
})

test('an earlier phase is chosen, with its numbers as they were', async () => {
  const key = await make({ cold: 1002, warm: 1002 }, { bought: { cold: 100, warm: 200 } })
  const token = await ownerToken()
  const settings = { metrics: [{ name: 'bought' }] }
  await call(`/api/admin/experiments/${key}/settings`, settings, token, 'PUT')
  const rule = { type: 'experiment', id: 'split', key, status: 'running', variations: arms }
  const environments = { production: { rules: [{ ...rule, phase: 2 }] } }
  await call(`/api/admin/feature-flags/${key}`, { environments }, token, 'PATCH')
  const page = await openSignedIn(`/experiments?experiment=${key}`)
  const choice = page.getByLabel('Phase')
  await sectionOf(page, 'Units').getByText('Nobody was exposed to it yet.').waitFor()
  expect(await choice.inputValue()).toBe('2')
  expect(await violationsOf(page)).toEqual([])
  await choice.selectOption('1')
  await page.getByText('An earlier phase, as it was last counted.').waitFor()
  await page.getByRole('table', { name: 'Results of bought' }).getByText('Better').waitFor()
  const exposures = sectionOf(page, 'Exposures by day')
  await exposures.getByRole('img', { name: 'Units: 2,004.' }).waitFor()
  expect(await page.getByRole('button', { name: 'Save' }).count()).toBe(0)
  expect(await violationsOf(page)).toEqual([])
  await page.reload()
  await page.getByRole('table', { name: 'Results of bought' }).waitFor()
  await choice.selectOption('2')
  await page.getByRole('button', { name: 'Save' }).waitFor()
})

test('it speaks Russian, and an environment without experiments says so', async () => {
  const page = await openSignedIn('/experiments?environment=staging')
  await page.getByText('No experiment in this environment').waitFor()
  expect(await violationsOf(page)).toEqual([])
  await page.evaluate(() => localStorage.setItem('locale', 'ru'))
  await page.goto(at('/experiments?environment=staging'))
  await page.getByText('В этой среде нет экспериментов').waitFor()
})
