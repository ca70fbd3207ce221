/**
 * Every setting a Worker may have: its rule, its meaning and an example, written once. Each Worker
 * picks its own (workers/*-context.ts); docs/CONFIGURATION_REFERENCE.md and .dev.vars.example are
 * generated from here. All of them arrive as strings, so numbers are rules on text.
 */
import { z } from 'zod'

const positive = z.string().regex(/^\d+(\.\d+)?$/, 'must be a positive number')
const postgresUrl = z
  .string()
  .regex(/^postgres(ql)?:\/\/[^:]+:[^@]+@.+$/, 'must be postgres://user:password@host/database')
const optionalUrl = z.union([
  z.literal(''),
  z.url('must be a URL').refine((url) => !url.endsWith('/'), 'must not end in a slash'),
])
const secret = z.string().min(32, 'must have at least 32 characters')

interface Meta {
  description: string
  example: string
}

/** Adds what the reference prints beside the rule. */
function setting<Schema extends z.ZodType>(schema: Schema, description: string, example = '') {
  return schema.meta({ description, example } satisfies Meta)
}

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
  OPENAI_BASE_URL: setting(
    z.url(),
    'Base URL of the OpenAI-compatible API.',
    'https://api.openai.com/v1',
  ),
  CHAT_MODEL: setting(z.string().min(1), 'Model that answers questions.', 'gpt-5-mini'),
  EMBEDDING_MODEL: setting(
    z.string().min(1),
    'Embedding model of 1,536 dimensions; changing it means indexing again.',
    'text-embedding-3-small',
  ),
  SPEECH_MODEL: setting(z.string().min(1), 'Text-to-speech model.', 'gpt-4o-mini-tts'),
  SPEECH_VOICE: setting(z.string().min(1), 'Voice of the speech model.', 'alloy'),
  TRANSCRIPTION_MODEL: setting(
    z.string().min(1),
    'Speech-to-text model.',
    'gpt-4o-mini-transcribe',
  ),
  MAX_TURNS: setting(positive, 'User turns after which a voice session says goodbye.', '8'),
  RETRY_MAX_ATTEMPTS: setting(positive, 'Tries of a provider call, the first included.', '4'),
  RETRY_BACKOFF_INITIAL: setting(positive, 'Seconds before the second try.', '0.5'),
  RETRY_BACKOFF_MAX: setting(positive, 'Longest wait between two tries, in seconds.', '8.0'),
  AUTH_SECRET: setting(secret, 'Encrypts session cookies and the signing keys at rest.', '…'),
  PASSWORD_PEPPER: setting(secret, 'Secret half of every password hash; never change it.', '…'),
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
})
