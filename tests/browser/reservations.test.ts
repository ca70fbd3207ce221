/** Reservations by hand: made, found, changed, refused, cancelled; and who only reads them. */
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import type { Reservation } from '../../workers/reservations/schemas.ts'
import { at, openPage, openSignedIn, overflowOf, violationsOf } from './browser.ts'
import { arrived, call, enroll, newEmail, ownerToken, signInAs } from './people.ts'

const BASE = '/api/admin/reservations'
const newGuest = () => `Guest ${crypto.randomUUID().slice(0, 8)}`
const rowOf = (page: Page, name: string) => page.getByRole('row').filter({ hasText: name })

const SLOTS = { party_size: 3, date: '2031-05-04', time: '18:00', time_zone: 'Europe/Berlin' }

async function make(name: string): Promise<Reservation> {
  return call<Reservation>(BASE, { ...SLOTS, name }, await ownerToken())
}

test('one is made, found by its day in the address, changed and cancelled', async () => {
  const name = newGuest()
  const page = await openSignedIn('/reservations')
  expect(await violationsOf(page)).toEqual([])
  await page.getByRole('button', { name: 'New reservation' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('In the name of').fill(name)
  await dialog.getByLabel('Day').fill('2001-01-01')
  await dialog.getByLabel('Time', { exact: true }).fill('19:30')
  await dialog.getByLabel('Time zone').fill('Europe/Berlin')
  expect(await violationsOf(page)).toEqual([])
  await dialog.getByRole('button', { name: 'New reservation' }).click()
  await dialog.getByRole('alert').getByText('That time is past').waitFor()
  await dialog.getByLabel('Day').fill('2031-12-24')
  await dialog.getByRole('button', { name: 'New reservation' }).click()
  await dialog.waitFor({ state: 'detached' })
  const row = rowOf(page, name)
  await row.getByText('2031-12-24 19:30').waitFor()
  await row.getByRole('cell', { name: 'Confirmed', exact: true }).waitFor()
  await page.goto(at('/reservations?from=2031-12-25T00:00:00.000Z'))
  await page.getByText('No reservations').waitFor()
  await page.goto(at('/reservations?status=confirmed'))
  await row.waitFor()
  await row.getByRole('link', { name: /^Change / }).click()
  await dialog.getByLabel('People').fill('7')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await page.getByText('The reservation is changed.').waitFor()
  await row.getByRole('cell', { name: '7', exact: true }).waitFor()
  await row.getByRole('button', { name: /^Cancel / }).click()
  await dialog.getByRole('button', { name: 'Cancel it' }).click()
  await row.waitFor({ state: 'detached' })
  expect(new URL(page.url()).searchParams.get('status')).toBe('confirmed')
})

test('a change over somebody else’s is explained and saves nothing', async () => {
  const name = newGuest()
  const { id } = await make(name)
  const page = await openSignedIn(`/reservations?reservation=${id}`)
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('People').fill('9')
  await call(`${BASE}/${id}`, { party_size: 5 }, await ownerToken(), 'PATCH')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await dialog.getByRole('alert').getByText('Somebody changed or cancelled it meanwhile').waitFor()
  expect(await violationsOf(page)).toEqual([])
  await dialog.getByRole('button', { name: 'Load it' }).click()
  await expect.poll(() => dialog.getByLabel('People').inputValue()).toBe('5')
  await call(`${BASE}/${id}/cancel`, {}, await ownerToken())
  await dialog.getByLabel('People').fill('6')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await dialog.getByRole('button', { name: 'Load it' }).click()
  await dialog.getByText('It is cancelled and can no longer be changed').waitFor()
})

test('it fits a phone in the dark, and speaks Russian', async () => {
  await make(newGuest())
  const viewport = { width: 390, height: 844 }
  const options = { viewport, colorScheme: 'dark' as const, locale: 'ru-RU' }
  const page = await openSignedIn('/reservations', { options })
  await page.getByRole('heading', { level: 1, name: 'Брони' }).waitFor()
  await page.getByText('3 человека').first().waitFor()
  expect(await overflowOf(page)).toBe(0)
  expect(await violationsOf(page)).toEqual([])
})

test('whoever may not read them has no such page', async () => {
  const email = newEmail('guest')
  await enroll(email, 'Guest')
  const page = await openPage()
  await signInAs(page, email)
  await arrived(page)
  expect(await page.getByRole('link', { name: 'Reservations' }).count()).toBe(0)
  await page.goto(at('/reservations'))
  await page.getByText('reservation.read').waitFor()
})
