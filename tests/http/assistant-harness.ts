/** The assistant for tests: an app with a member and a web search, and streams read to their end. */
import { startTavily } from '../../local/tavily/server.ts'
import { connect } from '../../operations/database/connection.ts'
import type { NewMessage, Reply } from '../../workers/assistant/schemas.ts'
import { startApp, type TestApp, type Who } from './harness.ts'

export const MESSAGES = '/api/assistant/messages'

export interface Frame {
  event: string
  data: Record<string, unknown>
  id: string | undefined
}

export async function startAssistant() {
  const tavily = await startTavily({ apiKey: 'tavily-key-of-the-tests' })
  const app = await startApp()
  const sql = connect(app.database.owner)
  for (const tenant of ['acme', 'globex']) {
    await sql.transaction([
      sql.query(`select set_config('app.tenant_id', $1, true)`, [tenant]),
      sql.query(
        `insert into users values ($1, 'ada', $1 || '@example.com', 'Ada', 'owner', now())`,
        [tenant],
      ),
    ])
  }
  const search = { TAVILY_URL: tavily.url, TAVILY_API_KEY: 'tavily-key-of-the-tests' }
  Object.assign(app.env, search, { RATE_PLAN: 'unmetered' })
  const close = async () => void (await Promise.all([app.close(), tavily.close()]))
  return { ...app, tavily, sql, close }
}

export type TestAssistant = Awaited<ReturnType<typeof startAssistant>>

type Asked = Partial<NewMessage>

/** With other settings than the file's: models that fail, less time. */
export async function post(
  app: TestApp,
  body: Asked,
  { settings = {}, who, accept = 'application/json', signal }: Options = {},
): Promise<Response> {
  const bearer = await app.token(who)
  const headers = {
    authorization: `Bearer ${bearer}`,
    'content-type': 'application/json',
    accept,
  }
  const init = { method: 'POST', headers, body: JSON.stringify(body), signal: signal ?? null }
  return Promise.resolve(
    app.app.request(MESSAGES, init, { ...app.env, ...settings }, app.execution),
  )
}

export interface Options {
  settings?: object
  who?: Who
  accept?: string
  signal?: AbortSignal
}

export async function say(app: TestApp, body: Asked, options?: Options): Promise<Reply> {
  const response = await post(app, body, options)
  if (response.status !== 200) throw new Error(await response.text())
  return response.json<Reply>()
}

export async function stream(app: TestApp, body: Asked, options?: Options): Promise<Frame[]> {
  const response = await post(app, body, { ...options, accept: 'text/event-stream' })
  if (response.status !== 200) throw new Error(await response.text())
  return framesOf(await response.text())
}

export function framesOf(text: string): Frame[] {
  return text
    .trim()
    .split('\n\n')
    .map((frame) => {
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(frame)?.[1]
      return {
        event: field('event') ?? '',
        data: JSON.parse(field('data') ?? '{}'),
        id: field('id'),
      }
    })
}

export const textOf = (frames: readonly Frame[]) =>
  frames.flatMap(({ event, data }) => (event === 'delta' ? [String(data['text'])] : [])).join('')
