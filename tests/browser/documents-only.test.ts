/** Questions to the documents alone, and the way from an answer back to the words it rests on. */
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { openSignedIn, violationsOf } from './browser.ts'

/** Indexed by the first test of this file; the others ask about it too. */
const FACT = 'The blue lantern of pier nine is lit by the harbour master at dusk.'

async function addPier(page: Page): Promise<void> {
  const filler = 'Nets are mended on Mondays and boats are painted in spring.\n\n'.repeat(80)
  const text = `# Pier nine\n\n${filler}${FACT}\n\n${filler}`
  const file = { name: 'pier-nine.md', mimeType: 'text/markdown', buffer: Buffer.from(text) }
  await page.locator('input[type=file]').setInputFiles([file])
  const row = page.getByRole('row').filter({ has: page.getByText('Pier nine', { exact: true }) })
  await row.getByText('Ready').waitFor({ timeout: 30_000 })
  await page.getByRole('link', { name: 'Assistant', exact: true }).first().click()
  await page.getByLabel('Who answers').selectOption('Documents only, with proof')
}

/** Long enough for late layout to push the passage away, if it can. */
const SETTLED_MS = 500

const isInSight = (page: Page) =>
  page.evaluate(() => {
    const { top, bottom } = document.querySelector('mark')!.getBoundingClientRect()
    return top > 0 && bottom < innerHeight
  })

/** One question at a time: Enter waits until the answer before is whole. */
const answered = (page: Page) =>
  page.waitForFunction(() => !document.querySelector('article[aria-busy=true]'))

async function ask(page: Page, question: string) {
  await answered(page)
  await page.getByLabel('Your question').fill(question)
  await page.keyboard.press('Enter')
  const turn = page.getByRole('article').filter({ hasText: question })
  await turn.first().waitFor()
  await answered(page)
  return turn
}

test('a citation opens the source at the very words, and Esc returns to the answer', async () => {
  const page = await openSignedIn('/knowledge')
  await addPier(page)
  const turn = await ask(page, 'Who lights the blue lantern of pier nine?')
  expect(await turn.textContent()).toContain('harbour master')
  expect(await turn.getByTitle('Cost of this answer').textContent()).toMatch(/^\$0/)
  expect(await turn.textContent()).toMatch(/\d+ tokens/)
  await turn.getByTitle('Time of each stage').click()
  const stages = turn.getByRole('list', { name: 'Time of each stage' })
  await stages.getByText(/^search \d/).waitFor()
  expect(await violationsOf(page)).toEqual([])
  const mark = turn.getByRole('link', { name: /^Source 1: / }).first()
  const quote = await turn.locator('ol q').first().textContent()
  await mark.click()
  const passage = page.getByRole('complementary').locator('mark')
  await passage.first().waitFor()
  expect((await passage.allTextContents()).join('')).toBe(quote)
  expect(FACT).toContain(quote)
  await page.waitForTimeout(SETTLED_MS)
  expect(await isInSight(page)).toBe(true)
  const shared = page.url()
  await page.keyboard.press('Escape')
  await page.getByRole('complementary').waitFor({ state: 'detached' })
  expect(await mark.evaluate((link) => link === document.activeElement)).toBe(true)
  await page.goto(shared)
  await page.getByRole('complementary').locator('mark').first().waitFor()
})

test('every suggestion is answered from the guides, with a source', async () => {
  const page = await openSignedIn('/assistant?documents=true')
  const suggestions = page.getByRole('main').getByRole('listitem').getByRole('button')
  await suggestions.nth(2).waitFor()
  const questions = await suggestions.allTextContents()
  expect(questions).toHaveLength(3)
  await suggestions.first().click()
  await page.getByRole('article').getByRole('link').first().waitFor()
  for (const question of questions.slice(1)) {
    const turn = await ask(page, question)
    await turn.getByRole('link').first().click()
    await page.getByRole('complementary').locator('mark').first().waitFor()
    await page.waitForTimeout(SETTLED_MS)
    expect(await isInSight(page)).toBe(true)
    await page.keyboard.press('Escape')
  }
})

test('a question the documents do not answer is said to have no support', async () => {
  const page = await openSignedIn('/assistant?documents=true')
  const turn = await ask(page, 'Which asteroid did Kowalczyk map in 1911?')
  await turn.getByText('No support found').waitFor()
  expect(await turn.getByRole('link').count()).toBe(0)
})

test('a second question knows the first, and a new conversation knows neither', async () => {
  const page = await openSignedIn('/assistant?documents=true')
  await ask(page, 'Who lights the blue lantern of pier nine?')
  const bodies: string[] = []
  page.on('request', (request) => {
    if (request.url().endsWith('/api/ask')) bodies.push(request.postData() ?? '')
  })
  await ask(page, 'At what time of day?')
  expect(JSON.parse(bodies[0]!).history).toHaveLength(2)
  await page.getByRole('button', { name: 'New conversation' }).click()
  await page.getByText('What would you like to know?').waitFor()
  await ask(page, 'Is the lantern red?')
  expect(JSON.parse(bodies[1]!).history).toEqual([])
})

test('an answer can be stopped while it is on its way', async () => {
  const page = await openSignedIn('/assistant?documents=true')
  await page.route('**/api/ask', () => new Promise(() => undefined))
  await page.getByLabel('Your question').fill('Anything?')
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Stop' }).click()
  await page.getByText('Stopped. The answer is not complete.').waitFor()
  expect(await page.getByRole('alert').count()).toBe(0)
})

test('a failed answer shows its request id and can be asked again', async () => {
  const page = await openSignedIn('/assistant?documents=true')
  const body = JSON.stringify({ code: 'internal', detail: 'x', requestId: 'req-7', status: 500 })
  await page.route('**/api/ask', (route) => route.fulfill({ status: 500, body }), { times: 1 })
  const turn = await ask(page, 'Who lights the blue lantern of pier nine?')
  await turn.getByText('req-7').waitFor()
  await turn.getByRole('button', { name: 'Try again' }).click()
  const again = page.getByRole('article').nth(1)
  await again.getByText('harbour master').first().waitFor()
  expect(await again.getByRole('alert').count()).toBe(0)
})

test('an answer is rated by keyboard, a failure is said, and a new rating replaces the last', async () => {
  const page = await openSignedIn('/assistant?documents=true')
  const turn = await ask(page, 'Who lights the blue lantern of pier nine?')
  const group = turn.getByRole('group', { name: 'Rate this answer, 0 to 5' })
  const body = JSON.stringify({ code: 'internal', detail: 'x', requestId: 'req-8', status: 500 })
  const feedback = '**/api/answers/*/feedback'
  await page.route(feedback, (route) => route.fulfill({ status: 500, body }))
  await group.getByRole('radio', { name: '2' }).focus()
  await page.keyboard.press('Space')
  await turn.getByLabel('Reason (optional)').fill('An old page')
  await page.keyboard.press('Enter')
  await turn.getByText('req-8').waitFor({ timeout: 20_000 })
  expect(await turn.getByText('Rated 2 of 5').count()).toBe(0)
  expect(await violationsOf(page)).toEqual([])
  await page.unroute(feedback)
  await turn.getByRole('button', { name: 'Send rating' }).click()
  await turn.getByText('Rated 2 of 5').waitFor()
  expect(await turn.getByRole('alert').count()).toBe(0)
  await group.getByRole('radio', { name: '2' }).focus()
  await page.keyboard.press('ArrowRight')
  expect(await turn.getByLabel('Reason (optional)').inputValue()).toBe('An old page')
  const sent = page.waitForResponse((response) => response.url().endsWith('/feedback'))
  await turn.getByRole('button', { name: 'Send rating' }).click()
  expect(await (await sent).json()).toMatchObject({ rating: 3, reason: 'An old page' })
  await turn.getByText('Rated 3 of 5').waitFor()
  expect(await violationsOf(page)).toEqual([])
})
