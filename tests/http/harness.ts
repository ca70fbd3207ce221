/**
 * The edge's app as callers meet it, in this process: real tokens, the real drivers over the
 * stand-ins, real R2 (Miniflare's), deferred work that must succeed.
 */
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { startOpenAi } from '../../local/openai/server.ts'
import { STAND_IN_PRICES } from '../../local/supervisor/worker-settings.ts'
import { startUpstash } from '../../local/upstash/server.ts'
import { PERMISSIONS } from '../../shared/context.ts'
import { createApp } from '../../workers/app.ts'
import { takeBuckets } from './bucket-pool.ts'
import { createBudgets } from './budgets.ts'
import { openDatabase } from './database.ts'
import { createFlagHubs } from './flag-hubs.ts'
import { createMetricsEnv } from './metrics-env.ts'
import { createVoiceObjects } from './voice-objects.ts'

const ISSUER = 'http://localhost:8787'
const KEY_ID = 'test-key'
/** Texts that are found nowhere else, so that a log can be searched for them. */
const UPSTASH_TOKEN = 'upstash-token-of-the-tests'
const OPENAI_KEY = 'openai-key-of-the-tests'

export interface Who {
  tenant?: string
  role?: string
  audience?: string
  issuer?: string
  typ?: string
  expires?: string
  forged?: boolean
  /** Of an API key in place of a session. */
  scopes?: readonly string[]
  /** An API key's. */
  environment?: string
  /** Bits of a role that the tenant made itself; permission-bits.ts. */
  bits?: string
  runsPlatform?: boolean
  /** Of who runs the platform and acts as the user. */
  actedBy?: string
  /** `ada` unless said otherwise. */
  subject?: string
}

/** Everything a test file needs; close it in `afterAll`. */
export async function startApp() {
  const [database, upstash, openAi, r2, signer] = await Promise.all([
    openDatabase(),
    startUpstash({ token: UPSTASH_TOKEN }),
    startOpenAi({ apiKey: OPENAI_KEY }),
    takeBuckets(),
    createSigner(),
  ])
  const deferred: Promise<unknown>[] = []
  const queued: unknown[] = []
  const audited: unknown[] = []
  const used: unknown[] = []
  const exposed: unknown[] = []
  const metrics = createMetricsEnv()
  const budgets = createBudgets({
    DATABASE_URL: database.url('auth_user'),
    DATABASE_HTTP_URL: database.neon.httpUrl,
    ...metrics.settings,
  })
  const voiceObjects = createVoiceObjects()
  const app = createApp()

  const env = {
    ENVIRONMENT: 'local',
    LOG_LEVEL: 'error',
    PUBLIC_URL: ISSUER,
    DATABASE_URL: database.url('app_user'),
    DATABASE_HTTP_URL: database.neon.httpUrl,
    UPSTASH_REDIS_REST_URL: upstash.url,
    UPSTASH_REDIS_REST_TOKEN: UPSTASH_TOKEN,
    OPENAI_API_KEY: OPENAI_KEY,
    OPENAI_BASE_URL: openAi.baseUrl,
    CHAT_MODEL: 'va-extractive-1',
    CHAT_FALLBACK_MODELS: '',
    EMBEDDING_MODEL: 'va-lexical-1',
    SPEECH_MODEL: 'va-words-1',
    SPEECH_VOICE: 'alloy',
    TRANSCRIPTION_MODEL: 'va-words-1',
    MAX_TURNS: '8',
    VOICE_ENGINE: 'cascade',
    REALTIME_MODEL: 'gpt-realtime',
    VOICE_MAX_SESSIONS: '100',
    VOICE_SESSION_DOLLARS: '5',
    TURN_TIMEOUT: '30',
    CONVERSATION_DAYS: '90',
    MAX_ANSWER_LENGTH: '8192',
    MODEL_PRICES: JSON.stringify(STAND_IN_PRICES),
    USAGE_DAYS: '400',
    MCP_HOSTS: '',
    TAVILY_URL: 'http://127.0.0.1:1',
    RERANK_URL: '',
    RERANK_MODEL: '',
    MAIL_URL: '',
    MAIL_TOKEN: 'mail',
    MAIL_FROM: 'VoiceAssist <no-reply@voiceassist.example>',
    RETRY_MAX_ATTEMPTS: '2',
    RETRY_BACKOFF_INITIAL: '0.01',
    RETRY_BACKOFF_MAX: '0.05',
    RATE_PLAN: 'standard',
    // A test does in a second what people do in an afternoon; limits.test.ts has the product's.
    ADMIN_RATE_LIMIT: '1000/minute',
    TWILIO_RATE_LIMIT: '30/minute',
    TURNSTILE_URL: 'http://127.0.0.1:1/siteverify',
    PROVIDER_KEK: 'kek-kek-kek-kek-kek-kek-kek-kek-kek',
    FLAG_HUBS: createFlagHubs(),
    BUDGETS: budgets.binding,
    VOICE_SESSIONS: voiceObjects,
    FLOOD_LIMIT: createFloodLimit(),
    RUM_LIMIT: createFloodLimit(),
    ...metrics.settings,
    CF_VERSION_METADATA: { id: 'version-of-the-tests', tag: '', timestamp: '2026-11-20T12:00:00Z' },
    IDENTITY: {
      jwks: async () => signer.jwks,
      auditKeys: async () => [],
      permissionsNow: async () => PERMISSIONS,
      permissionsOfKey: async () => PERMISSIONS,
      exchangeKey: async () => null,
      noteLockout: async () => {},
      alertRefusedKey: async () => {},
      signVoiceKey: async () => 'header.payload.signature',
      fetch: async () => new Response(null, { status: 501 }),
    },
    DOCUMENTS: {
      send: async (message: unknown) => void queued.push(message),
      metrics: async () => ({ backlogCount: queued.length, backlogBytes: 0 }),
    },
    AUDIT_EVENTS: {
      send: async (message: unknown) => void audited.push(message),
      metrics: async () => ({ backlogCount: audited.length, backlogBytes: 0 }),
    },
    USAGE_EVENTS: {
      send: async (message: unknown) => void used.push(message),
    },
    EXPOSURES: {
      send: async (message: unknown) => void exposed.push(message),
    },
    FILES: r2.files,
    AUDIT: r2.audit,
    ASSETS: {
      fetch: async () =>
        new Response('<!doctype html>', { headers: { 'content-type': 'text/html' } }),
    },
    // Tests hand the edge's messages to the indexer's handler, which has settings of its own.
  } as unknown as EdgeEnv & IndexerEnv

  const execution = {
    waitUntil: (work: Promise<unknown>) => void deferred.push(work),
    passThroughOnException() {},
    props: {},
  } as unknown as ExecutionContext

  const request = (path: string, init: RequestInit = {}) =>
    Promise.resolve(app.request(path, init, env, execution))

  return {
    app,
    env,
    execution,
    neon: database.neon,
    database,
    upstash,
    openAi,
    /** Bodies sent to the document queue, oldest first. */
    queued,
    /** Bodies sent to the audit queue, oldest first. */
    audited,
    budgets,
    voiceObjects,
    /** Bodies sent to the usage queue, oldest first. */
    used,
    /** Bodies sent to the queue of exposures and counts, oldest first. */
    exposed,
    token: signer.token,
    /** What was counted, once `settle` has waited for it. */
    metrics,
    request,

    /** With a credential; `body` as JSON unless it is already a string. */
    async send(method: string, path: string, body?: unknown, who?: Who | string) {
      const bearer = typeof who === 'string' ? who : await signer.token(who)
      const headers = { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' }
      const text = typeof body === 'string' ? body : JSON.stringify(body)
      return request(path, { method, headers, body: text ?? null })
    },

    /** Without any credential. */
    knock: (path: string) => request(path),

    /** Waits for what responses left behind; call it after each test. */
    async settle() {
      while (deferred.length > 0) await Promise.all(deferred.splice(0))
    },

    async close() {
      await Promise.all([database.close(), upstash.close(), openAi.close(), r2.close()])
    },
  }
}

export type TestApp = Awaited<ReturnType<typeof startApp>>

/** An API key's claims where it has scopes, else a session's. */
function rightsOf(role: string, { scopes, environment, bits, runsPlatform, actedBy }: Who) {
  if (scopes) return { scp: scopes.join(' '), ...(environment && { env: environment }) }
  const act = actedBy && { act: { sub: actedBy } }
  const own = { ...act, ...(bits && { p: bits, pv: 1 }), ...(runsPlatform && { plt: true }) }
  return { role, sid: 'session-1', ...own }
}

async function createSigner() {
  const { privateKey, publicKey } = await generateKeyPair('EdDSA', { extractable: true })
  const stranger = await generateKeyPair('EdDSA')
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: KEY_ID, alg: 'EdDSA' }] }

  function token({ tenant = 'acme', role = 'owner', ...rest }: Who = {}): Promise<string> {
    const { audience = 'va-api', issuer = ISSUER, typ = 'at+jwt' } = rest
    const { expires = '5m', forged = false, subject = 'ada' } = rest
    return new SignJWT({ org: tenant, ...rightsOf(role, rest) })
      .setProtectedHeader({ alg: 'EdDSA', typ, kid: KEY_ID })
      .setIssuer(issuer)
      .setAudience(audience)
      .setSubject(subject)
      .setJti(crypto.randomUUID())
      .setIssuedAt()
      .setExpirationTime(expires)
      .sign(forged ? stranger.privateKey : privateKey)
  }
  return { jwks, token }
}

/** The platform's own counts anew at whole windows of the clock; this one when it is told to. */
export function createFloodLimit() {
  const counts = new Map<string, number>()
  return {
    counts,
    async limit({ key }: { key: string }) {
      const count = (counts.get(key) ?? 0) + 1
      counts.set(key, count)
      return { success: count <= 100 }
    },
  }
}
