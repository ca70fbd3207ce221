/** The assistant: tools as they run, consent, ratings, broken streams, and conversations that go on. */
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import type { Assistant } from '../../workers/assistant/assistant-schemas.ts'
import type { Reply } from '../../workers/assistant/schemas.ts'
import { at, openSignedIn, overflowOf, violationsOf } from './browser.ts'
import { call, ownerToken } from './people.ts'

/** One message at a time: Enter waits until the answer before is whole. */
const answered = (page: Page) =>
  page.waitForFunction(() => !document.querySelector('article[aria-busy=true]'))

async function say(page: Page, message: string) {
  await answered(page)
  await page.getByLabel('Your message').fill(message)
  await page.keyboard.press('Enter')
  const turn = page.getByRole('article').filter({ hasText: message }).last()
  await turn.waitFor()
  await answered(page)
  return turn
}

const GUEST = {
  party_size: 4,
  date: '2031-12-24',
  time: '19:30',
  time_zone: 'Europe/Berlin',
  name: 'Grace',
}

test('a tool is shown with its state, time, arguments and result, and what the answer cost', async () => {
  const page = await openSignedIn('/assistant')
  expect(await violationsOf(page)).toEqual([])
  const turn = await say(page, 'call calculate {"expression":"6*7"}')
  await turn.getByText(/says: 42/).waitFor()
  const tool = turn.locator('details').filter({ hasText: 'Tool calculate' })
  await tool.getByText('done', { exact: true }).waitFor()
  expect(await tool.locator('summary').textContent()).toMatch(/\d+ ms|\d sec/)
  await tool.locator('summary').click()
  await tool.getByText('{"expression":"6*7"}', { exact: true }).waitFor()
  await tool.getByText('42', { exact: true }).waitFor()
  expect(await turn.textContent()).toMatch(/\d+ tokens/)
  expect(await turn.getByTitle('Cost of this answer').textContent()).toMatch(/^\$/)
  expect(await violationsOf(page)).toEqual([])
})

test('a citation opens the source at the very words, also from where the page was before', async () => {
  const page = await openSignedIn('/ask')
  expect(new URL(page.url()).pathname).toBe('/console/assistant')
  const turn = await say(page, 'How do I roll back a deploy?')
  await turn.getByText('Tool knowledge_search').waitFor()
  const quote = await turn.locator('ol q').first().textContent()
  await turn
    .getByRole('link', { name: /^Source 1: / })
    .first()
    .click()
  const passage = page.getByRole('complementary').locator('mark')
  await passage.first().waitFor()
  expect((await passage.allTextContents()).join('')).toBe(quote)
  await page.keyboard.press('Escape')
  await page.getByRole('complementary').waitFor({ state: 'detached' })
})

test('what cannot be undone waits for consent, and is done once it is given', async () => {
  const page = await openSignedIn('/assistant')
  await say(page, `call reservation ${JSON.stringify({ intent: 'create', ...GUEST })}`)
  const made = await say(page, 'call reservation {"intent":"confirm"}')
  const code = /\b([2-9A-Z]{8}) \(/.exec((await made.textContent()) ?? '')?.[1]
  await say(page, `call reservation ${JSON.stringify({ intent: 'cancel', code })}`)
  const consent = page.getByRole('region', { name: 'This needs your consent' })
  await consent.getByText(code!).waitFor()
  await page.getByText('needs your consent', { exact: true }).waitFor()
  expect(await violationsOf(page)).toEqual([])
  await consent.getByRole('button', { name: 'Do it' }).click()
  await consent.waitFor({ state: 'detached' })
  const done = page.getByRole('article').last()
  await done.getByText(/says: The reservation is cancelled/).waitFor()
})

test('a reload goes on with the conversation, and a new one leaves it', async () => {
  const page = await openSignedIn('/assistant')
  await say(page, 'call calculate {"expression":"3*7"}')
  await expect.poll(() => new URL(page.url()).searchParams.get('conversation')).not.toBeNull()
  await page.reload()
  const turn = page.getByRole('article').filter({ hasText: '3*7' })
  await turn.getByText(/says: 21/).waitFor()
  await turn.getByText('Tool calculate').waitFor()
  const sent = page.waitForRequest((request) => request.url().endsWith('/api/assistant/messages'))
  await say(page, 'and once more')
  const conversation = new URL(page.url()).searchParams.get('conversation')
  expect((await sent).postDataJSON()).toMatchObject({ session_id: conversation })
  await page.getByRole('button', { name: 'New conversation' }).click()
  await page.getByText('What would you like to know?').waitFor()
  expect(new URL(page.url()).searchParams.get('conversation')).toBeNull()
  await page.goto(at('/assistant?conversation=019a0000-0000-7000-8000-00000000dead'))
  await page.getByText('This conversation cannot be gone on with').waitFor()
})

test('a stream that broke goes on where it was', async () => {
  const page = await openSignedIn('/assistant')
  const message = 'call calculate {"expression":"11*11"}'
  const reply = await call<Reply>('/api/assistant/messages', { message }, await ownerToken())
  const { session_id, message_id } = reply
  const begun = `event: begun\ndata: ${JSON.stringify({ session_id, message_id })}\n\n`
  await page.route('**/api/assistant/messages', (route) =>
    route.fulfill({ contentType: 'text/event-stream', body: begun }),
  )
  const turn = await say(page, message)
  await turn.getByText(/says: 121/).waitFor()
  expect(await turn.getByRole('alert').count()).toBe(0)
})

test('an answer is stopped, and one that fails can be asked again', async () => {
  const page = await openSignedIn('/assistant')
  const messages = '**/api/assistant/messages'
  await page.route(messages, () => new Promise(() => undefined))
  await page.getByLabel('Your message').fill('Anything?')
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Stop' }).click()
  await page.getByText('Stopped. The answer is not complete.').waitFor()
  await page.unroute(messages)
  const body = JSON.stringify({ code: 'internal', detail: 'x', requestId: 'req-9', status: 500 })
  await page.route(messages, (route) => route.fulfill({ status: 500, body }), { times: 1 })
  const turn = await say(page, 'call calculate {"expression":"2*2"}')
  await turn.getByText('req-9').waitFor()
  expect(await violationsOf(page)).toEqual([])
  await turn.getByRole('button', { name: 'Try again' }).click()
  await page.getByText(/says: 4/).waitFor()
})

test('an answer is rated, and the transcript of the conversation tells it', async () => {
  const page = await openSignedIn('/assistant')
  const turn = await say(page, 'call calculate {"expression":"5*5"}')
  const group = turn.getByRole('group', { name: 'Rate this answer, 0 to 5' })
  await group.getByRole('radio', { name: '4' }).check()
  await turn.getByLabel('Reason (optional)').fill('Quick')
  await page.keyboard.press('Enter')
  await turn.getByText('Rated 4 of 5').waitFor()
  const conversation = new URL(page.url()).searchParams.get('conversation')
  await page.goto(at(`/conversations?conversation=${conversation}`))
  await page.getByTitle('Quick').getByText('Rated 4 of 5').waitFor()
  await page.getByText('Tool calculate').click()
  await page.getByText('25', { exact: true }).waitFor()
  expect(await violationsOf(page)).toEqual([])
  await page.getByRole('link', { name: 'Go on' }).click()
  await page.getByRole('article').getByText('Rated 4 of 5').waitFor()
})

test('who answers is chosen, greets, and keeps its tools; it fits a phone in the dark', async () => {
  const slug = `desk-${crypto.randomUUID().slice(0, 8)}`
  const content = { name: slug, greeting: 'Ahoy from the desk.', tools: ['current_time'] }
  await call<Assistant>('/api/admin/assistants', { slug, content }, await ownerToken())
  const viewport = { width: 390, height: 844 }
  const page = await openSignedIn('/assistant', { options: { viewport, colorScheme: 'dark' } })
  await page.getByLabel('Who answers').selectOption(slug)
  await page.getByText('Ahoy from the desk.').waitFor()
  const turn = await say(page, 'call current_time {"time_zone":"UTC"}')
  await turn.getByText('Tool current_time').waitFor()
  expect(await overflowOf(page)).toBe(0)
  expect(await violationsOf(page)).toEqual([])
})
