/** The tree of spans a message to the assistant leaves, by the names everybody knows. */
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { post, startAssistant, type TestAssistant } from './assistant-harness.ts'
import { attributesOf, pathsOf, startCollector } from './span-collector.ts'

let app: TestAssistant
let collector: Awaited<ReturnType<typeof startCollector>>
beforeAll(async () => {
  app = await startAssistant()
  collector = await startCollector()
  const settings = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_TRACES_SAMPLER_ARG: '1' }
  Object.assign(app.env, settings)
})
afterEach(() => app.settle())
afterAll(async () => {
  collector.close()
  await app.close()
})

async function spansOf(message: string) {
  collector.spans.splice(0)
  const response = await post(app, { message })
  expect(response.status).toBe(200)
  const reply = await response.json<{ session_id: string; text: string }>()
  await app.settle()
  return { spans: [...collector.spans], reply }
}

/** What other features measure below is theirs to test. */
const ours = (path: string) => !/database\.query|cache\.command|knowledge\.| > HTTP /.test(path)

test('steps of the agent and its tools are where they are looked for', async () => {
  const message =
    'call web_search {"query":"zanzibar"} call calculate {"expression":"6*7"} call current_time {}'
  const { spans, reply } = await spansOf(message)
  const paths = pathsOf(spans)
  const turn = 'api.send_message > agent.process_message'
  expect(paths.filter(ours)).toEqual([
    'api.send_message',
    turn,
    `${turn} > agent.build_messages`,
    `${turn} > agent.call_llm`,
    `${turn} > agent.format_response`,
    `${turn} > agent.handle_tools`,
    `${turn} > agent.handle_tools > tool.calculate`,
    `${turn} > agent.handle_tools > tool.execute`,
    `${turn} > agent.handle_tools > tool.web_search`,
  ])
  const below = (path: string) => paths.filter((one) => one.startsWith(`${path} > `))
  expect(below(`${turn} > agent.call_llm`)).toContain(`${turn} > agent.call_llm > HTTP POST`)
  expect(below(`${turn} > agent.handle_tools > tool.web_search`)).toContain(
    `${turn} > agent.handle_tools > tool.web_search > HTTP POST`,
  )
  expect(below(`${turn} > agent.build_messages`)).toContain(
    `${turn} > agent.build_messages > database.query`,
  )
  // Once for the tools, once for the answer.
  expect(spans.filter(({ name }) => name === 'agent.call_llm')).toHaveLength(2)

  const facts = attributesOf(spans.find(({ name }) => name === 'agent.process_message'))
  expect(facts).toMatchObject({
    session_id: reply.session_id,
    user_id: 'ada',
    input_length: String(message.length),
    tool_calls_count: '3',
    response_length: String(reply.text.length),
    duration_ms: expect.anything(),
  })
  expect(JSON.stringify(spans)).not.toContain('zanzibar')
})

test('a tool that fails says so in its span, and in no other', async () => {
  app.tavily.setUp(false)
  const log = vi.spyOn(console, 'log').mockReturnValue()
  const { spans } = await spansOf('call web_search {"query":"zanzibar"}')
  log.mockRestore()
  app.tavily.setUp(true)
  const failed = attributesOf(spans.find(({ name }) => name === 'tool.web_search'))
  expect(failed['error.type']).toEqual(expect.stringMatching(/\S/))
  expect(JSON.stringify(spans)).not.toContain('zanzibar')
})
