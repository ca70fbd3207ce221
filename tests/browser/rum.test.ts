/** What a reader waited for ends up in /metrics. */
import { expect, inject, test } from 'vitest'
import { openSignedIn } from './browser.ts'

test('a page that was loaded, a call it made and a click are counted', async () => {
  const page = await openSignedIn('/ask')
  await page.waitForLoadState('networkidle')
  await page.getByLabel('Your question').fill('How do I roll back?')
  await page.locator('[data-action="ask"]').click()
  await page.waitForLoadState('networkidle')
  const sent = page.waitForResponse((response) => response.url().endsWith('/api/rum'))
  // As when the reader turns to another tab.
  await page.evaluate(() => {
    Object.defineProperty(document, 'visibilityState', { value: 'hidden' })
    document.dispatchEvent(new Event('visibilitychange'))
  })
  expect((await sent).status()).toBe(204)
  const metrics = async () => (await fetch(`${inject('consoleUnderTest').url}/metrics`)).text()
  // Counted last of the batch, which reaches the object a second later.
  const clicks = /rum_clicks_total\{action="ask"\} [1-9]/
  await expect.poll(async () => clicks.test(await metrics()), { timeout: 30_000 }).toBe(true)
  const text = await metrics()
  const isThere = (series: string) => new RegExp(`^voiceassist_rum_${series} [1-9]`, 'm').test(text)
  expect(isThere('page_load_seconds_count')).toBe(true)
  expect(isThere('api_duration_seconds_count\\{endpoint="/api/auth/token"\\}')).toBe(true)
  expect(isThere('web_vital_seconds_count\\{name="TTFB"\\}')).toBe(true)
})
