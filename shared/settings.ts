/**
 * Every setting a Worker may have: its rule, its meaning and an example, written once. Each Worker
 * picks its own (workers/*-context.ts); docs/CONFIGURATION_REFERENCE.md and .dev.vars.example are
 * generated from here. All of them arrive as strings, so numbers are rules on text.
 */
import { z } from 'zod'
import { prices } from './model-price.ts'
import {
  names,
  positive,
  postgresUrl,
  optionalUrl,
  providerUrl,
  rate,
  secret,
  maybeSecret,
  ALL,
  setting,
  optional,
} from './setting-rules.ts'
import { MODEL_SETTINGS } from './settings-models.ts'
import { VOICE_SETTINGS } from './settings-voice.ts'

export const Settings = z.object({
  ENVIRONMENT: setting(
    z.enum(['local', 'staging', 'production']),
    'Where this deployment runs; appears in logs and in /health.',
    'production',
  ),
  LOG_LEVEL: setting(z.enum(['debug', 'info', 'warn', 'error']), 'Least level logged.', 'info'),
  PUBLIC_URL: setting(
    z.url('must be a URL').refine((url) => !url.endsWith('/'), 'must not end in a slash'),
    'Public address of the edge; also the issuer named in access tokens.',
    'https://voice.example.com',
  ),
  DATABASE_URL: setting(
    postgresUrl,
    'Neon connection string of the role app_user, which row-level security binds.',
    'postgres://app_user:…@ep-cool-name.eu-central-1.aws.neon.tech/voiceassist',
  ),
  AUTH_DATABASE_URL: setting(
    postgresUrl,
    'Neon connection string of the role auth_user, which sees the schema auth only.',
    'postgres://auth_user:…@ep-cool-name.eu-central-1.aws.neon.tech/voiceassist',
  ),
  DATABASE_HTTP_URL: setting(
    z.union([z.literal(''), z.url()]),
    'SQL-over-HTTP endpoint to use instead of Neon’s own; empty for Neon.',
  ),
  UPSTASH_REDIS_REST_URL: setting(
    z.url(),
    'Upstash REST endpoint.',
    'https://eu1-cool-name.upstash.io',
  ),
  UPSTASH_REDIS_REST_TOKEN: setting(z.string().min(1), 'Upstash REST token.', '…'),
  OPENAI_API_KEY: setting(z.string().min(1), 'Key of the OpenAI-compatible API.', 'sk-…'),
  OPENAI_BASE_URL: setting(z.url(), 'The OpenAI-compatible API.', 'https://api.openai.com/v1'),
  CHAT_MODEL: setting(z.string().min(1), 'Model that answers questions.', 'gpt-5-mini'),
  ...MODEL_SETTINGS,
  EMBEDDING_MODEL: setting(
    z.string().min(1),
    'Embedding model of knowledge bases without one of their own: one of a known profile, or of 1,536 dimensions. Changing it means indexing again.',
    'text-embedding-3-small',
  ),
  ...VOICE_SETTINGS,
  MAX_TURNS: setting(positive, 'User turns after which a conversation says goodbye.', '8'),
  TURN_TIMEOUT: setting(positive, 'Seconds the assistant may take for one answer.', '60'),
  CONVERSATION_DAYS: setting(positive, 'Days a conversation is kept after its end.', '90'),
  MAX_ANSWER_LENGTH: setting(
    z.string().regex(/^[1-9]\d{0,5}$/, 'must be a number from 1 to 999999'),
    'Tokens a model may write in one call, its reasoning included; budgets reserve so many.',
    '8192',
  ),
  MODEL_PRICES: setting(
    prices,
    'Prices of models that docs/features/usage.md does not list, as JSON; they stand above those. May be empty.',
  ),
  USAGE_DAYS: setting(positive, 'Days a row of the usage ledger is kept.', '400'),
  TAVILY_URL: setting(z.url(), 'Web search by Tavily’s API.', 'https://api.tavily.com'),
  MCP_HOSTS: setting(names, 'Hosts of MCP servers assistants may call; may be empty.'),
  TAVILY_API_KEY: optional(maybeSecret, ['edge'], 'Its key; without it, no web search.'),
  RERANK_URL: setting(optionalUrl, 'Base URL of a reranking API, without /rerank; may be empty.'),
  RERANK_MODEL: setting(z.string(), 'Model it is asked for; MODEL_PRICES may have its price.'),
  RERANK_API_KEY: optional(maybeSecret, ['edge'], 'Its key, if it asks for one.'),
  RETRY_MAX_ATTEMPTS: setting(positive, 'Tries of a provider call, the first included.', '4'),
  RETRY_BACKOFF_INITIAL: setting(positive, 'Seconds before the second try.', '0.5'),
  RETRY_BACKOFF_MAX: setting(positive, 'Longest wait between two tries, in seconds.', '8.0'),
  RATE_PLAN: setting(
    z.enum(['standard', 'large', 'unmetered']),
    'Plan of the rate limits of callers and tenants; docs/features/limits.md has the numbers. `unmetered` has none.',
    'standard',
  ),
  ADMIN_RATE_LIMIT: setting(
    rate,
    'Changes to keys, roles, members and tenants per caller; administration without a valid token per address.',
    '20/minute',
  ),
  TWILIO_RATE_LIMIT: setting(rate, 'Calls and messages from one telephone number.', '30/minute'),
  TURNSTILE_URL: setting(
    z.url(),
    'Where solutions of Turnstile challenges are verified.',
    'https://challenges.cloudflare.com/turnstile/v0/siteverify',
  ),
  TURNSTILE_SECRET: optional(
    maybeSecret,
    ['edge'],
    'Secret key of the Turnstile widget; without it a throttled sign-in can only wait.',
  ),
  AUTH_SECRET: setting(secret, 'Encrypts session cookies and the signing keys at rest.', '…'),
  AUTH_SECRET_PREVIOUS: optional(
    maybeSecret,
    ['identity'],
    'Earlier values of AUTH_SECRET, one per line, newest first; cookies and keys made with them stay good.',
  ),
  PASSWORD_PEPPER: setting(
    secret,
    'Secret half of every password hash; keep the old one in PASSWORD_PEPPER_PREVIOUS when it changes.',
    '…',
  ),
  PASSWORD_PEPPER_PREVIOUS: optional(
    maybeSecret,
    ['identity'],
    'Earlier values of PASSWORD_PEPPER, one per line; a hash made with one is made anew at the next sign-in.',
  ),
  PROVIDER_KEK: setting(
    secret,
    'Wraps the keys under which tenants’ provider credentials are encrypted.',
    '…',
  ),
  PROVIDER_KEK_PREVIOUS: optional(
    maybeSecret,
    ['edge'],
    'Earlier values of PROVIDER_KEK, one per line; keys wrapped with them are wrapped anew within minutes.',
  ),
  SETUP_TOKEN: setting(secret, 'Lets the first owner be created, once.', '…'),
  SIGN_UP: setting(
    z.enum(['closed', 'invited', 'open']),
    'Who may make an account: nobody, who has an invitation, or everybody (with an organization of their own).',
    'invited',
  ),
  BREACHED_PASSWORDS_URL: setting(
    optionalUrl,
    'Range endpoint that new passwords are looked up at by five digits of their SHA-1; empty for none.',
    'https://api.pwnedpasswords.com/range',
  ),
  GITHUB_CLIENT_ID: setting(
    z.string(),
    'Client id of the OAuth app at GitHub; empty, and nobody signs in through GitHub.',
    'Iv23liExample',
  ),
  GITHUB_CLIENT_SECRET: optional(maybeSecret, ['identity'], 'Its client secret.'),
  GITHUB_URL: setting(
    providerUrl,
    'GitHub’s pages, or those of a GitHub server of one’s own.',
    'https://github.com',
  ),
  GITHUB_API_URL: setting(providerUrl, 'GitHub’s REST API.', 'https://api.github.com'),
  GOOGLE_CLIENT_ID: setting(
    z.string(),
    'Client id at Google; empty, and nobody signs in through Google.',
    '….apps.googleusercontent.com',
  ),
  GOOGLE_CLIENT_SECRET: optional(maybeSecret, ['identity'], 'Its client secret.'),
  GOOGLE_ISSUER: setting(
    providerUrl,
    'Issuer identifier of Google.',
    'https://accounts.google.com',
  ),
  OIDC_CLIENT_ID: setting(
    z.string(),
    'Client id at an OpenID provider of one’s own; empty, and nobody signs in through it.',
    'voiceassist',
  ),
  OIDC_CLIENT_SECRET: optional(maybeSecret, ['identity'], 'Its client secret.'),
  OIDC_ISSUER: setting(
    z.union([z.literal(''), providerUrl]),
    'Issuer identifier of that provider; its metadata is read from there. Changed, linked accounts open nothing.',
    'https://login.example.com',
  ),
  OIDC_NAME: setting(z.string().min(1).max(50), 'What its button says.', 'Example Login'),
  TRUSTED_PROVIDERS: setting(
    z
      .string()
      .regex(/^((github|google|oidc)(,(github|google|oidc))*)?$/, 'must be names with commas'),
    'Providers whose own second factor is enough: those who come through them are asked for no code here.',
    'oidc',
  ),
  OAUTH_PROVIDER: setting(
    z.enum(['off', 'on']),
    'Whether applications of others may be registered, and sign users in by OAuth and OpenID Connect.',
    'off',
  ),
  MAIL_URL: setting(
    optionalUrl,
    'Endpoint that takes mail as JSON (docs/features/identity.md); empty, and no mail is sent.',
    'https://mail.example.com/send',
  ),
  MAIL_TOKEN: setting(z.string().min(1), 'Bearer token of the mail endpoint.', '…'),
  MAIL_FROM: setting(
    z.string().min(3),
    'Sender of every mail.',
    'VoiceAssist <no-reply@voice.example.com>',
  ),
  ENABLE_METRICS: setting(
    z.enum(['true', 'false']),
    'Whether metrics are counted and /metrics is there.',
    'true',
  ),
  METRICS_SHARDS: setting(
    z.string().regex(/^[1-9]\d?$/, 'must be a number from 1 to 99'),
    'Durable Objects that metrics spread over; one takes some 400 batches a second.',
    '1',
  ),
  METRICS_FLUSH_MS: setting(
    z.string().regex(/^(\d{1,3}|[1-6]\d{3})$/, 'must be milliseconds, below 7000'),
    'Milliseconds counts stay in an isolate; what a killed one loses at most.',
    '5000',
  ),
  SENTRY_DSN: optional(
    maybeSecret,
    ALL,
    'Where failures are reported (Sentry, or what speaks its protocol); without it a Worker reports none.',
  ),
  ENABLE_TRACES: setting(
    z.enum(['true', 'false']),
    'Whether spans are kept in the database for seven days, where the console shows them.',
    'true',
  ),
  OTEL_EXPORTER_OTLP_ENDPOINT: setting(
    optionalUrl,
    'Base address of a collector that takes OTLP over HTTP as JSON, without /v1/traces; empty, and spans stay here.',
    'http://localhost:4318',
  ),
  OTEL_EXPORTER_OTLP_HEADERS: optional(
    maybeSecret,
    ALL,
    'Headers of the collector: name=value, with commas.',
  ),
  OTEL_TRACES_SAMPLER_ARG: setting(
    z.string().regex(/^(0(\.\d+)?|1(\.0+)?)$/, 'must be from 0 to 1'),
    'Share of traces kept by chance; those with an error, or slower than a second, are kept anyway.',
    '0.05',
  ),
  LOKI_URL: setting(
    optionalUrl,
    'Base address of a Loki that gets every log line too, without /loki/api/v1/push; empty for none.',
    'https://logs.example.com',
  ),
  LOKI_HEADERS: optional(maybeSecret, ALL, 'Headers of the Loki: name=value, with commas.'),
  METRICS_TOKEN: optional(maybeSecret, ['edge'], 'Bearer token that /metrics asks for, if set.'),
})
