/** Traces in the console: found by filters, opened as a waterfall, walked through by keyboard. */
import { expect, inject, test } from 'vitest'
import { at, openSignedIn, overflowOf, violationsOf } from './browser.ts'
import { ownerToken } from './people.ts'
import { openPlatform } from './platform-people.ts'

/** A request that is sampled because its caller says so. @returns ids of its trace and its own */
async function ask(): Promise<{ traceId: string; requestId: string }> {
  const { url } = inject('consoleUnderTest')
  const traceId = crypto.randomUUID().replaceAll('-', '')
  const response = await fetch(`${url}/api/ask`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${await ownerToken()}`,
      'content-type': 'application/json',
      traceparent: `00-${traceId}-b7ad6b7169203331-01`,
    },
    body: JSON.stringify({ question: 'How are deployments rolled back?' }),
  })
  await response.text()
  return { traceId, requestId: response.headers.get('x-request-id') ?? '' }
}

test('a request is found by its id, and its steps stand in a waterfall', async () => {
  const { traceId, requestId } = await ask()
  const page = await openSignedIn('/traces')
  const row = page.getByRole('link', { name: /^api\.send_message, trace of / })
  // Spans leave within a second or two; the list is asked for anew with every letter.
  await expect
    .poll(
      async () => {
        await page.getByLabel('Trace or request id').fill('')
        await page.getByLabel('Trace or request id').fill(requestId)
        await page.waitForTimeout(1000)
        return row.count()
      },
      { timeout: 30_000 },
    )
    .toBe(1)
  expect(new URL(page.url()).searchParams.get('request')).toBe(requestId)
  expect(await violationsOf(page)).toEqual([])
  await row.click()
  const steps = page.getByRole('list', { name: 'Steps of the trace' }).getByRole('button')
  await steps.first().waitFor()
  expect(new URL(page.url()).searchParams.get('trace')).toBe(traceId)
  const names = await steps.allTextContents()
  expect(names[0]).toMatch(/^api\.send_message/)
  expect(names.some((name) => name.startsWith('agent.process_message'))).toBe(true)
  expect(await violationsOf(page)).toEqual([])

  await steps.first().focus()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('End')
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('Home')
  await page.keyboard.press('Enter')
  const details = page.getByRole('dialog', { name: 'api.send_message' })
  await details.getByText('http.route').waitFor()
  await details.getByText(requestId).waitFor()
  expect(await details.getByText('rolled back').count()).toBe(0)
  expect(await violationsOf(page)).toEqual([])
  await page.keyboard.press('Escape')

  await page.emulateMedia({ colorScheme: 'dark' })
  await page.setViewportSize({ width: 390, height: 844 })
  // From its top: what is half under the bar has half a target.
  await page.evaluate(() => scrollTo(0, 0))
  expect(await violationsOf(page)).toEqual([])
  expect(await overflowOf(page)).toBe(0)
  await page.getByRole('link', { name: 'All traces' }).click()
  expect(await page.getByLabel('Trace or request id').inputValue()).toBe(requestId)
})

test('a trace id in the field opens its trace, and one nobody knows says so', async () => {
  const page = await openSignedIn('/traces')
  const unknown = '0af7651916cd43dd8448eb211c80319c'
  await page.getByLabel('Trace or request id').fill(`00-${unknown}-b7ad6b7169203331-01`)
  await page.getByRole('alert').waitFor()
  expect(new URL(page.url()).searchParams.get('trace')).toBe(unknown)
  await page.goto(at('/traces?status=5xx&min=5000&from=2099-01-01T00:00:00.000Z'))
  await page.getByText('No trace matches.').waitFor()
  expect(await page.getByLabel('Status').inputValue()).toBe('5xx')
  await page.getByRole('button', { name: 'Clear' }).click()
  await expect.poll(() => new URL(page.url()).search).toBe('')
})

test('who runs the platform sees what belongs to no organization', async () => {
  const { url } = inject('consoleUnderTest')
  const traceId = crypto.randomUUID().replaceAll('-', '')
  await fetch(`${url}/live`, { headers: { traceparent: `00-${traceId}-b7ad6b7169203331-01` } })
  const page = await openPlatform({ role: 'viewer' })
  const step = page.getByRole('button', { name: /^GET \/live/ })
  await expect
    .poll(
      async () => {
        await page.goto(at(`/traces?trace=${traceId}`))
        await step.or(page.getByRole('alert')).first().waitFor()
        return step.count()
      },
      { timeout: 30_000, interval: 1000 },
    )
    .toBe(1)
  await page.getByRole('link', { name: 'All traces' }).click()
  await page.getByRole('table', { name: 'Traces' }).waitFor()
})
