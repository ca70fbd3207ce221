/** A real Chromium and the console in it: launching, signing in, and what every page must keep. */
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type axeCore from 'axe-core'
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from 'playwright-core'
import { afterAll, expect, inject, onTestFinished } from 'vitest'

/** A headless run by root, quiet on the network, with a microphone that needs no permission. */
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--autoplay-policy=no-user-gesture-required',
]

/** CI machines are busy: what takes a second at a desk may take half a minute there. */
const PATIENCE_MS = 60_000

let browser: Promise<Browser> | null = null
const sharedBrowser = () => (browser ??= launch())

export function launch(extra: readonly string[] = []): Promise<Browser> {
  const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium'
  return chromium.launch({ executablePath, args: [...ARGUMENTS, ...extra] })
}

afterAll(async () => {
  await (await browser)?.close()
  browser = null
})

/** Pages start here; every failure of the page itself fails the test that opened it. */
export const at = (path: string) => `${inject('consoleUnderTest').url}/console${path}`

interface Opened {
  options?: BrowserContextOptions
  /** Instead of the shared one, when a test needs flags of its own. */
  from?: Browser | undefined
}

/** A page nobody is signed in on. Uncaught errors and refused content end up in the test. */
export async function openPage({ options = {}, from }: Opened = {}): Promise<Page> {
  const context = await (from ?? (await sharedBrowser())).newContext({
    locale: 'en-US',
    ...options,
  })
  const page = await context.newPage()
  page.setDefaultTimeout(PATIENCE_MS)
  const faults: string[] = []
  page.on('pageerror', (error) => faults.push(String(error)))
  page.on('console', (message) => {
    if (message.text().includes('Content Security Policy')) faults.push(message.text())
  })
  onTestFinished(async () => {
    await context.close()
    expect(faults).toEqual([])
  })
  return page
}

/** Signs in by hand on the page as it is. */
export async function signIn(page: Page): Promise<void> {
  const { email, password } = inject('consoleUnderTest')
  await page.getByLabel('Email').fill(email)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

type StorageState = Awaited<ReturnType<BrowserContext['storageState']>>

/** One session for the tests of a file; a test that ends its session signs in by hand. */
let session: Promise<StorageState> | null = null

async function openSession(): Promise<StorageState> {
  const context = await (await sharedBrowser()).newContext({ locale: 'en-US' })
  const page = await context.newPage()
  page.setDefaultTimeout(PATIENCE_MS)
  await page.goto(at('/sign-in'))
  await signIn(page)
  await page.getByLabel('Your message').waitFor()
  const state = await context.storageState()
  await context.close()
  return state
}

/** A page of someone signed in, at the address and ready to be used. */
export async function openSignedIn(path: string, { options, from }: Opened = {}): Promise<Page> {
  session ??= openSession()
  const page = await openPage({ options: { storageState: await session, ...options }, from })
  await page.goto(at(path))
  await page.getByRole('heading', { level: 1 }).waitFor()
  return page
}

const axeSource = readFile(createRequire(import.meta.url).resolve('axe-core'), 'utf8')

/** WCAG 2.2 AA by axe; each violation as "rule: elements". */
export async function violationsOf(page: Page): Promise<string[]> {
  // Through the debugger, so that the page's own policy for scripts stays in force.
  await page.evaluate(await axeSource)
  return page.evaluate(async () => {
    const { axe } = window as unknown as { axe: typeof axeCore }
    const runOnly = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
    const { violations } = await axe.run({ runOnly })
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`)
  })
}

/** How far the page is wider than its window, in CSS pixels. */
export const overflowOf = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
