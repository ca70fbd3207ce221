/** The overview: traffic and changes in its charts, dependencies, and who does not see it. */
import { expect, test } from 'vitest'
import { at, openSignedIn, overflowOf, violationsOf } from './browser.ts'
import { call, ownerToken } from './people.ts'
import { openPlatform } from './platform-people.ts'

test('what was asked just now is in the charts, a change is marked, and everything answers', async () => {
  const name = `overview_${crypto.randomUUID().slice(0, 8)}`
  await call('/api/admin/feature-flags', { name }, await ownerToken())
  const page = await openPlatform({ role: 'admin' })
  await page.goto(at('/overview?period=1h'))
  const traffic = page.getByRole('region', { name: 'Requests' })
  // The object marks its totals ten seconds after a batch; the page looks again by itself.
  await traffic.getByRole('img', { name: /^[1-9]\d* requests?, / }).waitFor({ timeout: 60_000 })
  expect(await traffic.locator('rect').count()).toBeGreaterThan(0)
  const latency = page.getByRole('region', { name: 'Latency' })
  await latency.getByRole('img', { name: /^95 of 100 requests within / }).waitFor()
  const dependencies = page.getByRole('region', { name: 'Dependencies' })
  expect(await dependencies.getByText('Answers', { exact: true }).count()).toBe(6)
  await page.getByRole('region', { name: 'Recent changes' }).getByText(name).waitFor()
  // Whoever signed in set out on the way of a question; the page reports it ten seconds later.
  const journeys = page.getByRole('region', { name: 'Journeys' })
  await journeys.getByText('Signed in').waitFor({ timeout: 60_000 })
  await journeys.getByRole('img', { name: /^Asking by day: \d+ of [1-9]\d* came/ }).waitFor()
  expect(await traffic.locator('line title').allTextContents()).toContain(`flag.create ${name}`)
  expect(await violationsOf(page)).toEqual([])

  await page.getByLabel('Period').selectOption('7d')
  await expect.poll(() => new URL(page.url()).searchParams.get('period')).toBe('7d')
  await page.emulateMedia({ colorScheme: 'dark' })
  await page.setViewportSize({ width: 390, height: 844 })
  expect(await violationsOf(page)).toEqual([])
  expect(await overflowOf(page)).toBe(0)
})

test('who does not run the platform is told what is missing', async () => {
  const page = await openSignedIn('/help')
  expect(await page.getByRole('link', { name: 'Overview' }).count()).toBe(0)
  await page.goto(at('/overview'))
  await page.getByText('admin.platform').waitFor()
})
