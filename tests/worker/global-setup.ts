/**
 * What the Workers under test talk to: the stand-ins, started once for the run, with a database
 * that has all migrations. Their addresses become the Workers' bindings in vitest.config.ts.
 */
import { readFile } from 'node:fs/promises'
import type { TestProject } from 'vitest/node'
import { startNeon } from '../../local/neon/server.ts'
import { startOpenAi } from '../../local/openai/server.ts'
import { startPglite } from '../../local/postgres/pglite.ts'
import { STAND_IN_PRICES } from '../../local/supervisor/worker-settings.ts'
import { startUpstash } from '../../local/upstash/server.ts'
import { connect } from '../../operations/database/connection.ts'
import { databaseDumpPath } from '../http/global-setup.ts'
import { USERS } from '../http/users.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Endpoints and credentials by setting name. */
    workerSettings: Record<string, string>
  }
}

export default async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const backend = await startPglite({ dump: await readFile(await databaseDumpPath()) })
  const [neon, upstash, openAi] = await Promise.all([
    startNeon({ backend, users: USERS, tcpPort: false }),
    startUpstash({ token: 'upstash' }),
    startOpenAi({ apiKey: 'openai' }),
  ])
  const databaseUrl = (role: keyof typeof USERS) =>
    `postgres://${role}:${USERS[role]}@127.0.0.1/voiceassist`
  const owner = connect({ databaseUrl: databaseUrl('voiceassist'), httpUrl: neon.httpUrl })
  // Some files write rows of acme's flags themselves, so what publishes flags is globex.
  for (const id of ['acme', 'globex']) {
    await owner.transaction([
      owner.query(`select set_config('app.tenant_id', $1, true)`, [id]),
      owner.query('insert into tenants (id, name, created_at) values ($1, $1, now())', [id]),
    ])
  }
  provide('workerSettings', {
    LOG_LEVEL: 'error',
    ENABLE_TRACES: 'false',
    DATABASE_URL: databaseUrl('app_user'),
    AUTH_DATABASE_URL: databaseUrl('auth_user'),
    DATABASE_HTTP_URL: neon.httpUrl,
    UPSTASH_REDIS_REST_URL: upstash.url,
    UPSTASH_REDIS_REST_TOKEN: 'upstash',
    OPENAI_API_KEY: 'openai',
    OPENAI_BASE_URL: openAi.baseUrl,
    CHAT_MODEL: 'va-extractive-1',
    EMBEDDING_MODEL: 'va-lexical-1',
    SPEECH_MODEL: 'va-words-1',
    TRANSCRIPTION_MODEL: 'va-words-1',
    REALTIME_MODEL: 'va-realtime-1',
    MODEL_PRICES: JSON.stringify(STAND_IN_PRICES),
    AUTH_SECRET: 'test-auth-secret-of-32-characters-at-least',
    PASSWORD_PEPPER: 'test-pepper-of-32-characters-at-least-ok',
    SIGN_UP: 'invited',
    BREACHED_PASSWORDS_URL: '',
    GITHUB_CLIENT_ID: '',
    GITHUB_URL: 'https://github.com',
    GITHUB_API_URL: 'https://api.github.com',
    GOOGLE_CLIENT_ID: '',
    GOOGLE_ISSUER: 'https://accounts.google.com',
    OIDC_CLIENT_ID: '',
    OIDC_ISSUER: '',
    OIDC_NAME: 'OpenID Connect',
    TRUSTED_PROVIDERS: '',
    OAUTH_PROVIDER: 'off',
    MAIL_URL: '',
    MAIL_TOKEN: 'mail',
    MAIL_FROM: 'VoiceAssist <no-reply@voiceassist.example>',
    PROVIDER_KEK: 'test-key-encryption-key-of-32-characters',
    SETUP_TOKEN: 'test-setup-token-of-32-characters-at-least',
  })
  return async () => {
    await Promise.all([neon.close(), upstash.close(), openAi.close()])
    await backend.close()
  }
}
