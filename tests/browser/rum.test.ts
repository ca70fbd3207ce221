/** What a reader waited for ends up in /metrics. */
import { expect, inject, test } from 'vitest'
import { openSignedIn } from './browser.ts'

interface Event {
  type: string
  path?: string
  span?: { traceparent: string; parent?: string }
}

test('a page that was loaded, a call it made, a click and steps are counted', async () => {
  const page = await openSignedIn('/assistant?documents=true')
  // Bodies of beacons are not shown to whoever watches a browser from outside.
  await page.addInitScript(() => {
    const send = navigator.sendBeacon.bind(navigator)
    const bodies: Blob[] = []
    Object.assign(globalThis, { bodies })
    navigator.sendBeacon = (url, body) => {
      bodies.push(body as Blob)
      return send(url, body)
    }
  })
  await page.reload()
  const asked = page.waitForResponse((response) => response.url().endsWith('/api/ask'))
  await page.waitForLoadState('networkidle')
  await page.getByLabel('Your question').fill('How do I roll back?')
  await page.locator('[data-action="ask"]').click()
  const traceparent = (await asked).request().headers()['traceparent']
  expect(traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/)
  await page.waitForLoadState('networkidle')
  const sent = page.waitForResponse((response) => response.url().endsWith('/api/rum'))
  // As when the reader turns to another tab.
  await page.evaluate(() => {
    Object.defineProperty(document, 'visibilityState', { value: 'hidden' })
    document.dispatchEvent(new Event('visibilitychange'))
  })
  expect((await sent).status()).toBe(204)
  const reports = await page.evaluate(() =>
    Promise.all((globalThis as unknown as { bodies: Blob[] }).bodies.map((body) => body.text())),
  )
  const events = reports.flatMap((text) => (JSON.parse(text) as { events: Event[] }).events)
  const call = events.find(({ path }) => path === '/api/ask')
  expect(call?.span).toMatchObject({ traceparent, method: 'POST', status: 200 })
  // What is fetched on the way to a page stands below that way.
  const way = events.find(({ type }) => type === 'navigation')
  const token = events.find(({ path }) => path === '/api/auth/token')
  expect(token?.span?.parent).toBe(way?.span?.traceparent.split('-')[2])
  expect(events.some(({ type, span }) => type === 'load' && span !== undefined)).toBe(true)
  const metrics = async () => (await fetch(`${inject('consoleUnderTest').url}/metrics`)).text()
  // Counted last of the batch, which reaches the object a second later.
  const clicks = /rum_clicks_total\{action="ask"\} [1-9]/
  await expect.poll(async () => clicks.test(await metrics()), { timeout: 30_000 }).toBe(true)
  const text = await metrics()
  const isThere = (series: string) => new RegExp(`^voiceassist_rum_${series} [1-9]`, 'm').test(text)
  expect(isThere('page_load_seconds_count')).toBe(true)
  expect(isThere('api_duration_seconds_count\\{endpoint="/api/auth/token"\\}')).toBe(true)
  const steps = /^voiceassist_journey_steps_total\{journey="question",step="query"\} [1-9]/m
  expect(text).toMatch(steps)
  expect(isThere('web_vital_seconds_count\\{name="TTFB"\\}')).toBe(true)
})
