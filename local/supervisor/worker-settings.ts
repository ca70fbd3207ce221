/**
 * The settings the three Workers get from the supervisor: addresses and credentials of what runs
 * beside them, and which models to use. Pure. Their meaning: docs/CONFIGURATION_REFERENCE.md.
 */
import type { Secrets } from './secrets.ts'

/** Variables of a process. Wider than Node's own type, which lists the Workers' settings. */
export type Environment = Readonly<Record<string, string | undefined>>

export interface Addresses {
  readonly publicUrl: string
  readonly neon: { readonly httpUrl: string; url(role: string): string }
  readonly upstash: { readonly url: string }
  readonly mail: { readonly url: string }
  readonly search: { readonly url: string; readonly apiKey: string }
  readonly models: Models
}

/** A real provider by the two variables that name it, or the stand-in. */
export type Models =
  | { type: 'provider'; baseUrl: string; apiKey: string }
  | { type: 'stand-in'; baseUrl: string; apiKey: string }

/** The provider the environment names; one variable of the two is not enough. */
export function providerOf(environment: Environment): Models | undefined {
  const baseUrl = environment['OPENAI_BASE_URL']
  const apiKey = environment['OPENAI_API_KEY']
  return baseUrl && apiKey ? { type: 'provider', baseUrl, apiKey } : undefined
}

/** What signing in through each provider is set up with; a provider counts with its client id. */
const SIGN_IN_PROVIDERS = {
  GITHUB_CLIENT_ID: ['GITHUB_CLIENT_SECRET', 'GITHUB_URL', 'GITHUB_API_URL'],
  GOOGLE_CLIENT_ID: ['GOOGLE_CLIENT_SECRET', 'GOOGLE_ISSUER'],
  OIDC_CLIENT_ID: ['OIDC_CLIENT_SECRET', 'OIDC_ISSUER', 'OIDC_NAME'],
} as const

/** Settings of the sign-in providers whose client id the environment has. */
export function signInProviders(environment: Environment): Record<string, string> {
  const named = Object.entries(SIGN_IN_PROVIDERS)
    .filter(([id]) => environment[id])
    .flatMap(([id, others]) => [id, ...others])
    .flatMap((name) => (environment[name] ? [[name, environment[name]]] : []))
  return Object.fromEntries(named)
}

/** Hosts of MCP servers that assistants may call, where whoever starts the stack names some. */
export const mcpHosts = ({ MCP_HOSTS: hosts }: Environment): Record<string, string> =>
  hosts ? { MCP_HOSTS: hosts } : {}

/** For the terminal: which models answer, and how that is changed. */
export function describeModels({ type, baseUrl }: Models): string {
  if (type === 'provider') return baseUrl
  return 'offline stand-in; OPENAI_BASE_URL and OPENAI_API_KEY name a real provider'
}

/** Every setting that differs from the wrangler files. */
export function workerSettings(addresses: Addresses, secrets: Secrets): Record<string, string> {
  const { publicUrl, neon, upstash, mail, search, models } = addresses
  return {
    ENVIRONMENT: 'local',
    PUBLIC_URL: publicUrl,
    DATABASE_URL: neon.url('app_user'),
    AUTH_DATABASE_URL: neon.url('auth_user'),
    DATABASE_HTTP_URL: neon.httpUrl,
    UPSTASH_REDIS_REST_URL: upstash.url,
    UPSTASH_REDIS_REST_TOKEN: secrets.upstashToken,
    OPENAI_BASE_URL: models.baseUrl,
    OPENAI_API_KEY: models.apiKey,
    ...(models.type === 'stand-in' ? standInSettings() : {}),
    AUTH_SECRET: secrets.authSecret,
    PASSWORD_PEPPER: secrets.passwordPepper,
    SETUP_TOKEN: secrets.setupToken,
    MAIL_URL: mail.url,
    MAIL_TOKEN: secrets.mailToken,
    TAVILY_URL: search.url,
    TAVILY_API_KEY: search.apiKey,
    PROVIDER_KEK: secrets.providerKek,
    GITHUB_CLIENT_SECRET: '',
    GOOGLE_CLIENT_SECRET: '',
    OIDC_CLIENT_SECRET: '',
    // Whoever works here wants to find the request they have just sent.
    OTEL_TRACES_SAMPLER_ARG: '1',
    // Off where it is deployed, unless somebody wants it; here it can be tried.
    OAUTH_PROVIDER: 'on',
  }
}

const ELSEWHERE = [
  'OTEL_EXPORTER_OTLP_ENDPOINT',
  'OTEL_TRACES_SAMPLER_ARG',
  'LOKI_URL',
  'LOKI_HEADERS',
  'RERANK_URL',
  'RERANK_MODEL',
  'RERANK_API_KEY',
  'CHAT_FALLBACK_MODELS',
  'CHAT_PROVIDERS',
] as const

/** Where traces and log lines go, what orders hits anew and which further models there are, if the environment names such places. */
export function collectorOf(environment: Environment): Record<string, string> {
  const named = ELSEWHERE.map((name) => [name, environment[name]] as const)
  return Object.fromEntries(named.flatMap(([name, value]) => (value ? [[name, value]] : [])))
}

const STAND_IN_MODELS = {
  CHAT_MODEL: 'va-extractive-1',
  EMBEDDING_MODEL: 'va-lexical-1',
  SPEECH_MODEL: 'va-words-1',
  TRANSCRIPTION_MODEL: 'va-words-1',
  REALTIME_MODEL: 'va-realtime-1',
}

/** What the models stand in for costs so much: costs and budgets can be tried out offline. */
export const STAND_IN_PRICES = [
  {
    model: STAND_IN_MODELS.CHAT_MODEL,
    kind: 'chat',
    from: '2026-01-01',
    input: 250_000,
    cachedInput: 25_000,
    output: 2_000_000,
  },
  {
    model: STAND_IN_MODELS.EMBEDDING_MODEL,
    kind: 'embedding',
    from: '2026-01-01',
    input: 20_000,
  },
  {
    model: STAND_IN_MODELS.REALTIME_MODEL,
    kind: 'chat',
    from: '2026-01-01',
    input: 4_000_000,
    output: 16_000_000,
    audioInput: 32_000_000,
    audioOutput: 64_000_000,
  },
  { model: STAND_IN_MODELS.SPEECH_MODEL, kind: 'speech', from: '2026-01-01', audioSecond: 250 },
  {
    model: STAND_IN_MODELS.TRANSCRIPTION_MODEL,
    kind: 'transcription',
    from: '2026-01-01',
    audioSecond: 100,
  },
]

const standInSettings = () => {
  return { ...STAND_IN_MODELS, MODEL_PRICES: JSON.stringify(STAND_IN_PRICES) }
}

/**
 * How the environment of the wrangler process differs from ours. What the env file sets is left
 * out: wrangler would let the shell's value win. Everything wrangler keeps stays with this stack:
 * through its shared registry the Workers of two stacks would bind to each other.
 */
export function workersEnvironment(
  settings: Readonly<Record<string, string>>,
  registry: string,
): Environment {
  const unset = Object.keys(settings).map((name) => [name, undefined])
  return {
    ...Object.fromEntries(unset),
    WRANGLER_REGISTRY_PATH: registry,
    WRANGLER_WRITE_LOGS: 'false',
    // wrangler's esbuild needs 380 MB for the three bundles with this, and gives 330 MB back two
    // minutes later. A hard limit instead (GOMEMLIMIT) makes it collect garbage for ever.
    GOGC: '30',
    // The bundle is the same whoever starts the stack.
    NODE_ENV: undefined,
  }
}
