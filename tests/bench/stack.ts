/** What the Workers need around them while they are measured: the local stand-ins, and an owner. */
import { startNeon } from '../../local/neon/server.ts'
import { startOpenAi } from '../../local/openai/server.ts'
import { startPglite } from '../../local/postgres/pglite.ts'
import { STAND_IN_PRICES } from '../../local/supervisor/worker-settings.ts'
import { startUpstash } from '../../local/upstash/server.ts'
import { migrateUp } from '../../operations/database/migrate.ts'
import type { DatabaseEnv } from '../../shared/database.ts'
import { createMetricsEnv } from '../http/metrics-env.ts'
import { type Served, type Settings, serveWorkers } from './serve.ts'

const USERS = { voiceassist: 'owner', app_user: 'app', auth_user: 'auth' }
const SETUP_TOKEN = 'setup-token-of-the-benchmark-only'

/** What does not depend on the stand-ins. */
export const SETTINGS: Settings = {
  LOG_LEVEL: 'warn',
  UPSTASH_REDIS_REST_TOKEN: 'upstash',
  OPENAI_API_KEY: 'openai',
  CHAT_MODEL: 'va-extractive-1',
  EMBEDDING_MODEL: 'va-lexical-1',
  SPEECH_MODEL: 'va-words-1',
  TRANSCRIPTION_MODEL: 'va-words-1',
  MODEL_PRICES: JSON.stringify(STAND_IN_PRICES),
  AUTH_SECRET: 'secret-of-the-benchmark-and-of-nothing-else',
  PASSWORD_PEPPER: 'pepper-of-the-benchmark-and-of-nothing-else',
  RATE_PLAN: 'unmetered',
  MAIL_TOKEN: 'token-of-the-benchmark-and-of-nothing-else',
  PROVIDER_KEK: 'kek-of-the-benchmark-and-of-nothing-else',
  SETUP_TOKEN,
  ENABLE_METRICS: 'false',
  ENABLE_TRACES: 'false',
}

export interface Bench extends Served {
  /** Access tokens nobody has used yet. */
  mintTokens(count: number): Promise<string[]>
  /** As the edge and the indexer reach it. */
  database: DatabaseEnv
  /** The owner's. */
  tenantId: string
}

/** @param telemetry Settings of metrics and traces; by default there are none of either. */
export async function startBench(telemetry: Settings = {}): Promise<Bench> {
  const backend = await startPglite({})
  const [neon, upstash, openAi] = await Promise.all([
    startNeon({ backend, users: USERS, tcpPort: false }),
    startUpstash({ token: 'upstash' }),
    startOpenAi({ apiKey: 'openai' }),
  ])
  const urlOf = (role: keyof typeof USERS) =>
    `postgres://${role}:${USERS[role]}@127.0.0.1/voiceassist`
  await migrateUp({ databaseUrl: urlOf('voiceassist'), httpUrl: neon.httpUrl })

  const connection = { DATABASE_URL: urlOf('app_user'), DATABASE_HTTP_URL: neon.httpUrl }
  const served = await serveWorkers({
    ...SETTINGS,
    ...connection,
    AUTH_DATABASE_URL: urlOf('auth_user'),
    UPSTASH_REDIS_REST_URL: upstash.url,
    OPENAI_BASE_URL: openAi.baseUrl,
    ...telemetry,
  })
  const { cookie, tenantId } = await signIn(served.edge)
  const mint = () => mintToken(served.edge, cookie)
  return {
    ...served,
    database: { ...connection, ...createMetricsEnv().settings },
    tenantId,
    mintTokens: (count) => inLanes(count, mint),
    async close() {
      await served.close()
      await Promise.all([neon.close(), upstash.close(), openAi.close()])
      await backend.close()
    },
  }
}

export const OWNER = { email: 'bench@example.com', password: 'a long and quiet passphrase' }

/** @returns the session cookie, and the tenant the owner is in */
async function signIn(edge: string) {
  const owner = { ...OWNER, name: 'Bench', organization: 'Bench' }
  await post(`${edge}/api/auth/setup`, owner, { authorization: `Bearer ${SETUP_TOKEN}` })
  const response = await post(`${edge}/api/auth/sign-in/email`, OWNER)
  const session: unknown = await response.json()
  const cookie = response.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  return { cookie, tenantId: String(Object(session).tenant.id) }
}

async function mintToken(edge: string, cookie: string): Promise<string> {
  const response = await fetch(`${edge}/api/auth/token`, { headers: { cookie } })
  const session: unknown = await response.json()
  const token: unknown = Object(session).accessToken
  if (typeof token === 'string') return token
  throw new Error(`No access token: ${JSON.stringify(session)}`)
}

/** @throws Error with the answer when it is not a success */
export async function post(url: string, body: object, headers: Record<string, string> = {}) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
  if (response.ok) return response
  throw new Error(`${url} answered ${response.status}: ${await response.text()}`)
}

/** Runs `make` so many times, eight at once. */
async function inLanes<Value>(count: number, make: () => Promise<Value>): Promise<Value[]> {
  const values: Value[] = []
  let left = count
  const lane = async () => {
    while (left-- > 0) values.push(await make())
  }
  await Promise.all(Array.from({ length: 8 }, lane))
  return values
}
