/** Documents in, their states, and out again. */
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { at, openSignedIn, violationsOf } from './browser.ts'

interface UploadFile {
  name: string
  mimeType: string
  buffer: Buffer
}

const markdown = (name: string, text: string): UploadFile => ({
  name,
  mimeType: 'text/markdown',
  buffer: Buffer.from(text),
})

async function openKnowledge(): Promise<Page> {
  const page = await openSignedIn('/knowledge')
  await page.getByRole('table', { name: 'Documents' }).waitFor()
  return page
}

const choose = (page: Page, ...files: UploadFile[]) =>
  page.locator('input[type=file]').setInputFiles(files)

/** By title: the first heading of the text, or the file's name without its ending. */
const rowOf = (page: Page, title: string) =>
  page.getByRole('row').filter({ has: page.getByText(title, { exact: true }) })

test('a file shows how much of it was sent, then its indexing, then that it is ready', async () => {
  const page = await openKnowledge()
  const network = await page.context().newCDPSession(page)
  const slow = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 512 * 1024 }
  await network.send('Network.emulateNetworkConditions', slow)
  await page.evaluate(() => {
    const seen: number[] = []
    Object.assign(window, { seen })
    new MutationObserver(() => {
      const bar = document.querySelector<HTMLProgressElement>('li progress')
      if (bar) seen.push(bar.value)
    }).observe(document.body, { subtree: true, childList: true, attributes: true })
  })
  const line = 'The tide table of the harbour is kept by the night watch.\n\n'
  const text = Array.from({ length: 12_000 }, (_, i) => `## ${i}\n\n${line}`).join('')
  await choose(page, markdown('tides.md', text))
  await page.getByRole('progressbar', { name: 'Progress of tides.md' }).first().waitFor()
  await rowOf(page, 'tides').waitFor()
  const seen = await page.evaluate(() => (window as unknown as { seen: number[] }).seen)
  expect(new Set(seen.filter((value) => value > 0 && value < 100)).size).toBeGreaterThan(1)
  await network.send('Network.emulateNetworkConditions', { ...slow, uploadThroughput: -1 })
  await rowOf(page, 'tides').getByText('Ready').waitFor({ timeout: 60_000 })
})

test('several dropped files are added at once', async () => {
  const page = await openKnowledge()
  const transfer = await page.evaluateHandle(() => {
    const data = new DataTransfer()
    for (const name of ['dropped one.txt', 'dropped two.txt']) {
      data.items.add(new File([`Words about ${name}.`], name, { type: 'text/plain' }))
    }
    return data
  })
  await page.dispatchEvent('main', 'dragenter', { dataTransfer: transfer })
  await page.getByText('Drop to add').waitFor()
  await page.dispatchEvent('main', 'drop', { dataTransfer: transfer })
  for (const title of ['dropped one', 'dropped two']) {
    const ready = rowOf(page, title).getByText('Ready')
    await ready.waitFor({ timeout: 30_000 })
    expect(await ready.count()).toBe(1)
  }
})

test('what cannot be added says why and can be dismissed', async () => {
  const page = await openKnowledge()
  const file = { mimeType: 'application/octet-stream', buffer: Buffer.from([0x4d, 0x5a, 0, 1]) }
  await choose(page, { ...file, name: 'tool.exe' }, markdown('empty.md', ''))
  const alerts = page.getByRole('listitem').getByRole('alert')
  await alerts.nth(1).waitFor()
  expect(await alerts.filter({ hasText: 'The file is empty.' }).count()).toBe(1)
  const refused = page.getByRole('listitem').filter({ hasText: 'tool.exe' })
  expect(await refused.getByRole('alert').locator('code').count()).toBe(1)
  await page.getByRole('button', { name: 'Dismiss tool.exe' }).click()
  await page.getByRole('button', { name: 'Dismiss empty.md' }).click()
  expect(await alerts.count()).toBe(0)
})

test('a file too large is refused before it is sent', async () => {
  const page = await openKnowledge()
  await page.evaluate(() => {
    const data = new DataTransfer()
    data.items.add(new File([new Uint8Array(30 * 1024 * 1024)], 'huge.pdf'))
    const input = document.querySelector<HTMLInputElement>('input[type=file]')!
    input.files = data.files
    input.dispatchEvent(new Event('change', { bubbles: true }))
  })
  const alert = page.getByRole('alert').filter({ hasText: 'larger than' })
  await alert.waitFor()
  expect(await rowOf(page, 'huge').count()).toBe(0)
})

test('a failed document shows the reason and can be retried', async () => {
  const page = await openKnowledge()
  const broken = {
    name: 'broken.pdf',
    mimeType: 'application/pdf',
    buffer: Buffer.from('%PDF-1.7\nno'),
  }
  await choose(page, broken)
  const row = rowOf(page, 'broken')
  await row.getByText('Failed').waitFor({ timeout: 30_000 })
  expect((await row.locator('td').first().textContent())!.length).toBeGreaterThan(20)
  await row.getByRole('button', { name: 'Retry broken' }).click()
  await row.getByText('Failed').waitFor({ timeout: 30_000 })
})

test('the same bytes again are not added twice', async () => {
  const page = await openKnowledge()
  const file = markdown('once.md', '# Once\n\nThe lighthouse blinks twice.')
  await choose(page, file)
  await rowOf(page, 'Once').getByText('Ready').waitFor({ timeout: 30_000 })
  await choose(page, file)
  await page.getByRole('status').filter({ hasText: 'once.md is already here.' }).waitFor()
  expect(await rowOf(page, 'Once').count()).toBe(1)
})

test('a document is deleted only under its full name, from the keyboard alone', async () => {
  const page = await openKnowledge()
  await choose(page, markdown('goodbye.md', '# Goodbye\n\nThe ferry has left.'))
  await rowOf(page, 'Goodbye').getByText('Ready').waitFor({ timeout: 30_000 })
  await page.getByRole('button', { name: 'Delete Goodbye' }).focus()
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog', { name: 'Delete this document?' })
  await dialog.waitFor()
  await page.keyboard.type('Good')
  expect(await dialog.getByRole('button', { name: 'Delete' }).isDisabled()).toBe(true)
  await page.keyboard.type('bye')
  await page.keyboard.press('Enter')
  await rowOf(page, 'Goodbye').waitFor({ state: 'detached' })
  await page.reload()
  await page.getByRole('table').waitFor()
  expect(await rowOf(page, 'Goodbye').count()).toBe(0)
})

test('the filter lives in the address, and its key is a slash', async () => {
  const page = await openKnowledge()
  await page.keyboard.press('/')
  await page.keyboard.type('no such title')
  await page.getByText('No document matches.').waitFor()
  expect(new URL(page.url()).searchParams.get('q')).toBe('no such title')
  await page.reload()
  await page.getByText('No document matches.').waitFor()
  await page.getByRole('link', { name: 'Clear the filter' }).click()
  await page.getByRole('table', { name: 'Documents' }).waitFor()
})

test('a document tells its history, and can be indexed again', async () => {
  const page = await openKnowledge()
  await choose(page, markdown('chronicle.md', '# Chronicle\n\nThe dike was raised twice.'))
  const row = rowOf(page, 'Chronicle')
  await row.getByText('Ready').waitFor({ timeout: 30_000 })
  await page.getByRole('button', { name: 'Index Chronicle again' }).click()
  await row.getByText('Ready').waitFor({ timeout: 30_000 })
  await page.getByRole('button', { name: 'History of Chronicle' }).click()
  const dialog = page.getByRole('dialog', { name: 'History of Chronicle' })
  const steps = dialog.getByRole('list', { name: 'History' }).getByRole('listitem')
  await steps.filter({ hasText: 'Run 2' }).filter({ hasText: 'Ready' }).waitFor()
  expect(await steps.filter({ hasText: 'Run 1' }).count()).toBeGreaterThanOrEqual(3)
  expect(await violationsOf(page)).toEqual([])
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
})

test('all that failed is retried at once, and what was given up is replayed', async () => {
  const page = await openSignedIn('/help')
  const letter = {
    id: '019a0000-0000-7000-8000-000000000001',
    documentId: '019a0000-0000-7000-8000-000000000002',
    title: 'Log of the lighthouse',
    generation: 1,
    slice: 3,
    attempts: 8,
    error: { code: 'dependency_down', message: 'The model could not be reached.' },
    diedAt: '2026-01-01T00:00:00.000Z',
  }
  const replayed: string[] = []
  await page.route('**/api/admin/kb/dead-letters**', (route) => {
    const request = route.request()
    if (request.method() === 'GET')
      return route.fulfill({ json: { items: [letter], nextCursor: null } })
    replayed.push(new URL(request.url()).pathname)
    return route.fulfill({ status: 404, json: { code: 'not_found', detail: 'It is gone.' } })
  })
  await page.goto(at('/knowledge'))
  await page.getByRole('table', { name: 'Documents' }).waitFor()
  const broken = {
    name: 'torn.pdf',
    mimeType: 'application/pdf',
    buffer: Buffer.from('%PDF-1.7\n?'),
  }
  await choose(page, broken)
  await rowOf(page, 'torn').getByText('Failed').waitFor({ timeout: 30_000 })
  await page.getByRole('button', { name: 'Retry all failed' }).click()
  await page.getByRole('status').filter({ hasText: 'queued again' }).waitFor()
  await page.getByRole('button', { name: '1 part given up' }).click()
  const dialog = page.getByRole('dialog', { name: '1 part given up' })
  await dialog.getByText('The model could not be reached.').waitFor()
  expect(await violationsOf(page)).toEqual([])
  await dialog.getByRole('button', { name: 'Replay Log of the lighthouse' }).click()
  await expect.poll(() => replayed).toEqual([`/api/admin/kb/dead-letters/${letter.id}/replay`])
})

test('a large file goes in parts, and one that breaks off is sent again alone', async () => {
  const page = await openKnowledge()
  const parts: string[] = []
  await page.route('**/api/admin/kb/uploads/*/parts/*', (route) => {
    const number = new URL(route.request().url()).pathname.split('/').at(-1) ?? ''
    parts.push(number)
    return parts.filter((part) => part === '2').length === 1 && number === '2'
      ? route.abort()
      : route.continue()
  })
  await page.evaluate(() => {
    const data = new DataTransfer()
    data.items.add(new File(['The long log. '.repeat(650_000)], 'long log.txt'))
    const input = document.querySelector<HTMLInputElement>('input[type=file]')!
    input.files = data.files
    input.dispatchEvent(new Event('change', { bubbles: true }))
  })
  await rowOf(page, 'long log').waitFor({ timeout: 60_000 })
  expect(parts).toEqual(['1', '2', '2'])
  // Nine megabytes of text are more than a document may have, and it says so.
  await rowOf(page, 'long log').getByText('characters').waitFor({ timeout: 60_000 })
})
