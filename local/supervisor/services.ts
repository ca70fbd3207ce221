/**
 * What stands beside the Workers: database, Redis, models and an outbox, embedded or, when the
 * environment names one, real. All speak the providers' protocols on ports of 127.0.0.1.
 */
import { migrateUp } from '../../operations/database/migrate.ts'
import { type MailServer, startMail } from '../mail/server.ts'
import { type Neon, startNeon } from '../neon/server.ts'
import { startOpenAi } from '../openai/server.ts'
import { startPglite } from '../postgres/pglite.ts'
import { connectPostgres } from '../postgres/server.ts'
import { startTavily } from '../tavily/server.ts'
import { startUpstash, type Upstash } from '../upstash/server.ts'
import type { Secrets } from './secrets.ts'
import { type Environment, type Models, providerOf } from './worker-settings.ts'

export type OpenAi = Awaited<ReturnType<typeof startOpenAi>>

export interface Database {
  readonly neon: Neon
  /** Connection string of the owner of the tables. */
  readonly ownerUrl: string
  /** Resolves when the database runs and its tables are up to date. */
  migrate(): Promise<void>
}

/**
 * Opens the endpoint at once, so that the Workers can start while the database does; requests wait
 * there. DATABASE_URL in the environment names a real PostgreSQL and the owner of its tables.
 */
export async function startDatabase(
  environment: Environment,
  dataDir: string,
  secrets: Secrets,
  closers: AsyncDisposableStack,
): Promise<Database> {
  const realUrl = environment['DATABASE_URL'] || undefined
  const backend = realUrl ? Promise.resolve(connectPostgres(realUrl)) : startPglite({ dataDir })
  closers.defer(async () => (await backend.catch(() => undefined))?.close())
  const { role, password, database } = ownerOf(
    realUrl ?? `postgres://voiceassist:${secrets.databasePassword}@127.0.0.1/voiceassist`,
  )
  const passwords = { app_user: secrets.appPassword, auth_user: secrets.authPassword }
  const neon = await startNeon({ backend, database, users: { [role]: password, ...passwords } })
  closers.defer(() => neon.close())
  const ownerUrl = neon.url(role)
  return {
    neon,
    ownerUrl,
    async migrate() {
      await backend
      const target = { databaseUrl: ownerUrl, httpUrl: neon.httpUrl }
      await migrateUp({ ...target, passwords }).catch((error: unknown) => {
        throw new Error(`The database could not be prepared: ${reasonOf(error)}`, { cause: error })
      })
    },
  }
}

/** The Neon driver shows an answer other than a SQL error as the text of its body, JSON. */
function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return /"message":"([^"]+)"/.exec(text)?.[1] ?? text
}

function ownerOf(url: string): { role: string; password: string; database: string } {
  const { username, password, pathname } = new URL(url)
  return {
    role: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database: pathname.slice(1),
  }
}

/** REDIS_URL in the environment names a real Redis. */
export async function startRedis(
  environment: Environment,
  { upstashToken: token }: Secrets,
  closers: AsyncDisposableStack,
): Promise<Upstash> {
  const redisUrl = environment['REDIS_URL']
  const upstash = await startUpstash({ token, ...(redisUrl ? { redisUrl } : {}) })
  closers.defer(() => upstash.close())
  return upstash
}

/** Mails go to a folder of this machine, whatever the environment says. */
export async function startOutbox(
  outbox: string,
  { mailToken: token }: Secrets,
  closers: AsyncDisposableStack,
): Promise<MailServer> {
  const mail = await startMail({ token, outbox })
  closers.defer(() => mail.close())
  return mail
}

/** TAVILY_API_KEY in the environment names the real web search. */
export async function startSearch(
  environment: Environment,
  { tavilyKey }: Secrets,
  closers: AsyncDisposableStack,
): Promise<{ url: string; apiKey: string }> {
  const realKey = environment['TAVILY_API_KEY']
  if (realKey) {
    return { url: environment['TAVILY_URL'] || 'https://api.tavily.com', apiKey: realKey }
  }
  const tavily = await startTavily({ apiKey: tavilyKey })
  closers.defer(() => tavily.close())
  return { url: tavily.url, apiKey: tavilyKey }
}

/** OPENAI_BASE_URL and OPENAI_API_KEY in the environment name a real provider. */
export async function startModels(
  environment: Environment,
  { openAiKey: apiKey }: Secrets,
  closers: AsyncDisposableStack,
): Promise<{ models: Models; openAi: OpenAi | undefined }> {
  const provider = providerOf(environment)
  if (provider) return { models: provider, openAi: undefined }
  const openAi = await startOpenAi({ apiKey })
  closers.defer(() => openAi.close())
  return { models: { type: 'stand-in', baseUrl: openAi.baseUrl, apiKey }, openAi }
}
