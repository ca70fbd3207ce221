/**
 * What a whole run leaves behind: every log line, every problem and every header of a journey with
 * failures in it, searched for each secret that went into it.
 */
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { cookieOf, OWNER, sessionOf, startIdentity } from './identity-harness.ts'

let app: Awaited<ReturnType<typeof startIdentity>>
const lines: string[] = []
const answers: string[] = []

beforeAll(async () => {
  const write = (...args: unknown[]) => void lines.push(args.map(String).join(' '))
  for (const method of ['log', 'info', 'warn', 'error', 'debug'] as const) {
    vi.spyOn(console, method).mockImplementation(write)
  }
  app = await startIdentity()
  Object.assign(app.env, { LOG_LEVEL: 'debug' })
  Object.assign(app.settings, { LOG_LEVEL: 'debug' })
})
afterAll(async () => {
  vi.restoreAllMocks()
  await app.close()
})

/** Keeps what a failure answers; a success may carry what its caller asked for. */
async function keep(answer: Response | Promise<Response>): Promise<Response> {
  const kept = await answer
  const text = kept.ok ? '' : await kept.clone().text()
  answers.push(`${JSON.stringify([...kept.headers])} ${text}`)
  return kept
}

const WRONG = 'a-wrong-password-nobody-may-read'
const PROVIDER_SECRET = 'provider-credential-nobody-may-read'
const SOLUTION = 'turnstile-solution-nobody-may-read'

test('no secret appears in a log line, a problem or a trace', async () => {
  const owner = await sessionOf(await keep(app.setUp()))
  const token = owner.accessToken
  await keep(app.setUp(OWNER, 'not the setup token at all, in no way'))
  const cookie = cookieOf(await app.signIn())
  await keep(app.signIn(WRONG))
  await keep(
    app.post('/api/auth/sign-in/email', { email: OWNER.email, password: WRONG, more: WRONG }),
  )
  const slow = { email: 'other@example.com', password: WRONG, turnstileToken: SOLUTION }
  Object.assign(app.env, { TURNSTILE_SECRET: 'turnstile-secret-nobody-may-read' })
  const judged = vi
    .spyOn(app.binding, 'fetch')
    .mockResolvedValue(new Response(null, { status: 401 }))
  for (let n = 0; n < 12; n++) await keep(app.post('/api/auth/sign-in/email', slow))
  judged.mockRestore()

  const keys = '/api/admin/provider-keys/openai'
  const put = (values: unknown) => keep(app.send('PUT', keys, { values }, token))
  await put({ apiKey: PROVIDER_SECRET })
  await put({ apiKey: PROVIDER_SECRET, [PROVIDER_SECRET.slice(0, 3)]: PROVIDER_SECRET })
  await put({ apiKey: [PROVIDER_SECRET] })
  await keep(app.send('PUT', keys, `{"values":{"apiKey":"${PROVIDER_SECRET}"`, token))
  await keep(app.send('GET', keys, undefined, `${token.slice(0, -4)}AAAA`))

  app.upstash.setUp(false)
  await keep(app.signIn())
  await put({ apiKey: PROVIDER_SECRET })
  app.upstash.setUp(true)
  await app.openAi.close()
  await keep(app.send('POST', '/api/ask', { question: 'What now?' }, token))
  app.binding.isDown = true
  await keep(app.signIn())
  app.binding.isDown = false
  app.neon.setUp(false)
  await keep(app.signIn())
  await keep(app.renew(cookie))
  await keep(app.setUp())
  await put({ apiKey: PROVIDER_SECRET })
  app.neon.setUp(true)
  // A statement that fails carries its values in the error's message.
  await put({ apiKey: `${PROVIDER_SECRET}\u0000` })
  await app.settle()

  const secrets = {
    password: OWNER.password,
    wrong: WRONG,
    provider: PROVIDER_SECRET,
    solution: SOLUTION,
    turnstile: 'turnstile-secret-nobody-may-read',
    token,
    cookie: cookie.split('=')[1],
    kek: app.env.PROVIDER_KEK,
    upstash: app.env.UPSTASH_REDIS_REST_TOKEN,
    openAi: app.env.OPENAI_API_KEY,
    authSecret: app.settings.AUTH_SECRET,
    pepper: app.settings.PASSWORD_PEPPER,
    setup: app.settings.SETUP_TOKEN,
    database: `:${new URL(app.env.DATABASE_URL).password}@`,
  }
  const run = [
    ...lines,
    ...answers.map((answer) => answer.replaceAll(/\["set-cookie","[^"]*"\]/g, '')),
  ].join('\n')
  expect(lines.length).toBeGreaterThan(10)
  expect(run).toContain('dependency_down')
  const leaked = Object.entries(secrets).filter(([, secret]) => secret && run.includes(secret))
  expect(leaked.map(([name]) => name)).toEqual([])
})
