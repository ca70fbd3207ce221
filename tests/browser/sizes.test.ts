/** What a reader has to wait for: bytes over the wire, measured on the build that is served. */
import { glob, readFile } from 'node:fs/promises'
import { gzipSync } from 'node:zlib'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { at, openPage, openSignedIn } from './browser.ts'

/** KiB, gzipped. */
const LIMITS = { firstPage: 170, lazyPage: 40, managementPage: 12, wholeConsole: 450 }

const kib = (bytes: number) => bytes / 1024

/** Adds up what is loaded from the console's own files from now on. */
function weigh(page: Page): () => Promise<number> {
  const sizes: Promise<number>[] = []
  page.on('response', (response) => {
    if (new URL(response.url()).pathname.startsWith('/console/')) {
      const size = response.body().then((body) => gzipSync(body).length)
      // What is still on its way when the test has ended counts for nothing.
      sizes.push(size.catch((thrown) => (page.isClosed() ? 0 : Promise.reject(thrown))))
    }
  })
  return async () => {
    const all = await Promise.all(sizes.splice(0))
    return kib(all.reduce((sum, size) => sum + size, 0))
  }
}

test('the first page signed in, and each page after it, stay within their limits', async () => {
  const before = await openSignedIn('/help')
  const storageState = await before.context().storageState()
  const page = await openPage({ options: { storageState } })
  const weight = weigh(page)
  await page.goto(at('/assistant'))
  await page.getByRole('heading', { level: 1, name: 'Assistant' }).waitFor()
  await page.waitForLoadState('networkidle')
  const firstPage = await weight()
  expect(firstPage).toBeGreaterThan(50)
  expect(firstPage).toBeLessThanOrEqual(LIMITS.firstPage)
  const pages = [
    'Voice',
    'Sessions',
    'Knowledge',
    'Search',
    'Evaluations',
    'Assistants',
    'Conversations',
    'Flags',
    'Experiments',
    'Help',
  ]
  for (const name of pages) {
    await page.getByRole('link', { name, exact: true }).first().click()
    await page.getByRole('heading', { level: 1, name }).waitFor()
    await page.waitForLoadState('networkidle')
    const lazyPage = await weight()
    expect(lazyPage).toBeLessThanOrEqual(LIMITS.lazyPage)
  }
})

test.each([
  ['Account', 'c'],
  ['Members', 'm'],
  ['Teams', 't'],
  ['API keys', 'y'],
  ['Applications', 'p'],
  ['Organization', 'o'],
  ['Roles', 'r'],
  ['Reservations', 'z'],
  ['MCP servers', 'j'],
  ['Costs', 'b'],
  ['Audit log', 'l'],
  ['Traces', 's'],
])('%s, a page of administration, is small', async (name, letter) => {
  const page = await openSignedIn('/help')
  await page.waitForLoadState('networkidle')
  const weight = weigh(page)
  await page.keyboard.press('g')
  await page.keyboard.press(letter)
  await page.getByRole('heading', { level: 1, name }).waitFor()
  await page.waitForLoadState('networkidle')
  const bytes = await weight()
  expect(bytes).toBeGreaterThan(0)
  expect(bytes).toBeLessThanOrEqual(LIMITS.managementPage)
})

test('the whole console stays within its limit, and no file is inlined', async () => {
  let whole = 0
  for await (const path of glob('dist/assets/console/**/*.*')) {
    const file = await readFile(path)
    expect(file.includes('data:text/javascript')).toBe(false)
    whole += gzipSync(file).length
  }
  expect(kib(whole)).toBeGreaterThan(100)
  expect(kib(whole)).toBeLessThanOrEqual(LIMITS.wholeConsole)
})

test('hashed files are kept for ever, and the page itself is asked for each time', async () => {
  const page = await openPage()
  const asset = page.waitForResponse((response) => response.url().includes('/console/assets/'))
  const document = await page.goto(at('/sign-in'))
  expect((await asset).headers()['cache-control']).toContain('immutable')
  expect(document?.headers()['cache-control'] ?? '').not.toContain('immutable')
  expect(document?.headers()['content-security-policy']).toContain("default-src 'self'")
})
