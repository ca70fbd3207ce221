/**
 * The whole platform on this machine, brought up and taken down in order: lock, database, Redis,
 * models, console, Workers, TLS, schedule, first owner. `npm start` is its terminal face
 * (../start.ts); tests bring up the same in a folder of their own.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import type { Neon } from '../neon/server.ts'
import { holdLock } from '../postgres/lock.ts'
import type { Upstash } from '../upstash/server.ts'
import { createOwner, openKnowledgeBase } from './api.ts'
import { buildAssets } from './assets.ts'
import { renderEnvFile } from './env-file.ts'
import { openLogFile } from './log-file.ts'
import { pathsOf } from './paths.ts'
import { choosePorts, type Ports } from './ports.ts'
import { killLeftovers } from './process-group.ts'
import { forgetRunning, readRunning, type RunningStack, writeRunning } from './running.ts'
import { startSchedule } from './schedule.ts'
import { ensureSecrets, type Secrets } from './secrets.ts'
import { type Progress, seedGuides } from './seed.ts'
import {
  type Database,
  type OpenAi,
  startDatabase,
  startModels,
  startOutbox,
  startRedis,
  startSearch,
} from './services.ts'
import { startTls } from './tls.ts'
import { watchDatabase } from './watch-database.ts'
import {
  describeModels,
  type Environment,
  type Models,
  mcpHosts,
  signInProviders,
  workersEnvironment,
  collectorOf,
  workerSettings,
} from './worker-settings.ts'
import { startWorkers } from './workers.ts'

/** Debuggers attach here (.vscode/launch.json). */
const INSPECTOR_PORT = 9229
const OWNER_EMAIL = 'owner@voiceassist.example'

export interface StackOptions {
  /** State folder, made when missing; one stack at a time. */
  readonly directory: string
  /** Preferred ports, 8787 and 8788; the next free one is taken, and 0 takes any. */
  readonly port?: number
  readonly tlsPort?: number
  /** Names real servers and settings, as the shell of `npm start` does. */
  readonly environment?: Environment
  /** Also waits until the guides are searchable. */
  readonly seedDocs?: boolean
  /** Says nothing on the terminal when things happen. */
  readonly quiet?: boolean
}

/** What a running stack tells about itself, all but what changes when the Workers restart. */
type Description = Omit<RunningStack, 'workersPid' | 'inspectorPort'>

export interface Stack extends Description {
  /** PEM of the TLS port's certificate. */
  readonly certificate: string
  /** The stand-ins, which tests take down and up; no `openAi` when a real provider answers. */
  readonly neon: Neon
  readonly upstash: Upstash
  readonly openAi: OpenAi | undefined
  /** Uploads the guides that changed; resolves when they are searchable. */
  seedGuides(onProgress?: (progress: Progress) => void): Promise<Progress>
  /** Ends everything in order, leaving no process. */
  stop(): Promise<void>
}

/** What every step of bringing up needs. */
interface Setting {
  readonly environment: Environment
  readonly report: (line: string) => void
  readonly paths: ReturnType<typeof pathsOf>
  readonly secrets: Secrets
  readonly ports: Ports
  readonly closers: AsyncDisposableStack
}

/**
 * Resolves when the first owner can sign in. What was opened is closed again when it fails.
 *
 * @throws AlreadyRunningError, or Error in words for the person who started it
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const closers = new AsyncDisposableStack()
  try {
    const stack = await bringUp(await prepare(options, closers))
    if (options.seedDocs) await stack.seedGuides()
    return stack
  } catch (error) {
    await closers.disposeAsync()
    throw error
  }
}

async function prepare(options: StackOptions, closers: AsyncDisposableStack): Promise<Setting> {
  const { directory, environment = process.env, quiet = false } = options
  const report = (line: string) => (quiet ? undefined : console.log(line))
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const lock = await holdLock(directory)
  closers.defer(() => lock.release())
  const paths = pathsOf(directory)
  await clearLeftovers(paths.stack, report)
  closers.defer(() => forgetRunning(paths.stack))
  const secrets = await ensureSecrets(paths)
  const ports = await choosePorts(options.port ?? 8787, options.tlsPort ?? 8788)
  return { environment, report, paths, secrets, ports, closers }
}

async function clearLeftovers(path: string, report: (line: string) => void): Promise<void> {
  // Damaged or not, it describes a stack that no longer runs: the lock is ours.
  const left = await readRunning(path).catch(() => undefined)
  if (!left) return
  const ended = await killLeftovers(left.workersPid)
  const leftovers = ended > 0 ? ` ${ended} leftover processes ended.` : ''
  report(`The last run was cut off; its data is intact.${leftovers}`)
}

async function bringUp(setting: Setting): Promise<Stack> {
  const { environment, paths, secrets, ports, closers, report } = setting
  const database = await startDatabase(environment, paths.postgres, secrets, closers)
  const [, { upstash, openAi, description }] = await together([
    database.migrate(),
    bringUpWorkers(setting, database),
  ])
  const tls = await startTls(ports.tls, ports.http, paths)
  closers.defer(() => tls.close())
  await createOwner(description.url, secrets.setupToken, description.owner)
  closers.defer(startSchedule(description.url, report))
  const { databaseUrl, databaseHttpUrl: httpUrl } = description
  closers.defer(watchDatabase({ databaseUrl, httpUrl }, report))
  return {
    ...description,
    certificate: tls.certificate,
    neon: database.neon,
    upstash,
    openAi,
    seedGuides: seederOf(description, paths.seeded, closers),
    stop: () => closers.disposeAsync(),
  }
}

async function bringUpWorkers(setting: Setting, database: Database) {
  const { environment, secrets, paths, ports, closers, report } = setting
  const [upstash, { models, openAi }, mail, search] = await together([
    startRedis(environment, secrets, closers),
    startModels(environment, secrets, closers),
    startOutbox(paths.outbox, secrets, closers),
    startSearch(environment, secrets, closers),
    buildAssets(),
  ])
  const description = describe(setting, database, upstash, models)
  const addresses = {
    publicUrl: description.url,
    neon: database.neon,
    upstash,
    mail,
    search,
    models,
  }
  const settings = {
    ...workerSettings(addresses, secrets),
    ...signInProviders(environment),
    ...mcpHosts(environment),
    ...collectorOf(environment),
  }
  await writeFile(paths.environment, renderEnvFile(settings), { mode: 0o600 })
  const log = openLogFile(paths.log)
  closers.defer(() => log.close())
  const workers = await startWorkers({
    port: ports.http,
    inspectorPort: INSPECTOR_PORT,
    envFile: paths.environment,
    persistTo: paths.wrangler,
    environment: workersEnvironment(settings, paths.registry),
    log,
    report,
    onSpawn: (spawned) => writeRunning(paths.stack, { ...description, ...spawned }),
  })
  closers.defer(() => workers.stop())
  return { upstash, openAi, description }
}

function describe(
  { ports, paths, secrets }: Setting,
  { neon, ownerUrl }: Database,
  upstash: Upstash,
  models: Models,
): Description {
  return {
    // Not 127.0.0.1: browsers keep Secure cookies on plain HTTP for localhost alone.
    url: `http://localhost:${ports.http}`,
    tlsUrl: `https://localhost:${ports.tls}`,
    certificatePath: paths.certificate,
    owner: { email: OWNER_EMAIL, password: secrets.ownerPassword },
    models: describeModels(models),
    databaseUrl: ownerUrl,
    databaseHttpUrl: neon.httpUrl,
    redisUrl: upstash.redisUrl,
    openAiBaseUrl: models.baseUrl,
    outbox: paths.outbox,
    pid: process.pid,
  }
}

function seederOf(
  { url, owner }: Description,
  memory: string,
  closers: AsyncDisposableStack,
): Stack['seedGuides'] {
  const stopping = new AbortController()
  closers.defer(() => stopping.abort())
  return async (onProgress = () => {}) => {
    const knowledgeBase = await openKnowledgeBase(url, owner)
    return seedGuides(knowledgeBase, memory, onProgress, stopping.signal)
  }
}

/** Like Promise.all, but rejects only when all have ended, so that nothing is opened afterwards. */
async function together<const Work extends readonly Promise<unknown>[]>(
  work: Work,
): Promise<{ -readonly [Index in keyof Work]: Awaited<Work[Index]> }> {
  await Promise.allSettled(work)
  return Promise.all(work)
}
