/** A long conversation: its oldest turns become a summary after the answer, the newest go along whole. */
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import type { Conversation } from '../../workers/assistant/schemas.ts'
import { say, startAssistant, type TestAssistant } from './assistant-harness.ts'

let app: TestAssistant
beforeAll(async () => {
  app = await startAssistant()
})
afterEach(() => app.settle())
afterAll(() => app.close())

interface Request {
  model: string
  tools?: unknown[]
  max_completion_tokens: number
  messages: { role: string; content: string }[]
}

/** What models were asked while `work` ran, and all it left behind. */
async function askedWhile(work: () => Promise<unknown>): Promise<Request[]> {
  const spy = vi.spyOn(globalThis, 'fetch')
  await work()
  await app.settle()
  const bodies = spy.mock.calls.flatMap(([, init]) =>
    typeof init?.body === 'string' && init.body.includes('max_completion_tokens')
      ? [Object(JSON.parse(init.body))]
      : [],
  )
  spy.mockRestore()
  return bodies
}

const price = (model: string, output: number) => {
  return { model, kind: 'chat', from: '2020-01-01', input: 1, cachedInput: 1, output }
}
const cheap = 'va-extractive-1:invent'
const settings = {
  CHAT_FALLBACK_MODELS: cheap,
  MODEL_PRICES: JSON.stringify([price('va-extractive-1', 900), price(cheap, 2)]),
}
/** Some 3,000 tokens. */
const long = (name: string) => `${name} is my harbour. ${'The tide comes and goes. '.repeat(480)}`
const summaryOf = async (id: string) => {
  const answer = await app.send('GET', `/api/conversations/${id}`)
  return (await answer.json<Conversation>()).summary
}

test('the oldest turns are folded by the cheapest model, and told in short from then on', async () => {
  const first = await askedWhile(async () => {
    await say(app, { message: 'hello' }, { settings })
  })
  expect(first).toHaveLength(1)

  const { session_id } = await say(app, { message: long('Aberdeen') }, { settings })
  await app.settle()
  expect(await summaryOf(session_id)).toBeNull()
  const second = await askedWhile(() =>
    say(app, { message: long('Bergen'), session_id }, { settings }),
  )
  expect(second.map(({ model }) => model)).toEqual(['va-extractive-1', cheap])
  const [answer, folding] = second
  // Nothing was left out before it was folded.
  expect(JSON.stringify(answer!.messages)).toContain('Aberdeen')
  expect(folding).toMatchObject({ max_completion_tokens: 500 })
  expect(folding!.tools).toBeUndefined()
  expect(folding!.messages[1]!.content).toContain('Aberdeen is my harbour')
  expect(folding!.messages[1]!.content).not.toContain('Bergen')
  const summary = await summaryOf(session_id)
  expect(summary).toEqual(expect.stringMatching(/\S/))

  const [third] = await askedWhile(() =>
    say(app, { message: 'And now?', session_id }, { settings }),
  )
  const [, memory, ...rest] = third!.messages
  expect(memory).toMatchObject({ role: 'system', content: expect.stringContaining(summary!) })
  expect(rest.map(({ content }) => content.includes('Aberdeen'))).not.toContain(true)
  expect(rest[0]!.content).toContain('Bergen is my harbour')

  const fourth = await askedWhile(() =>
    say(app, { message: long('Cork'), session_id }, { settings }),
  )
  expect(fourth.at(-1)!.messages[1]!.content).toContain(`Remembered so far:\n${summary}`)
})

test('a summary that fails costs the answer nothing, and is tried again', async () => {
  const failing = { ...settings, CHAT_FALLBACK_MODELS: 'va-extractive-1:gone' }
  const MODEL_PRICES = JSON.stringify([
    price('va-extractive-1', 900),
    price('va-extractive-1:gone', 2),
  ])
  const log = vi.spyOn(console, 'log').mockReturnValue()
  const { session_id } = await say(app, { message: long('Aberdeen') })
  const reply = await say(
    app,
    { message: long('Bergen'), session_id },
    { settings: { ...failing, MODEL_PRICES } },
  )
  await app.settle()
  log.mockRestore()
  // The next of the chain made it.
  expect(reply).toMatchObject({ success: true, status: 'complete' })
  expect(await summaryOf(session_id)).toEqual(expect.stringMatching(/\S/))
})
