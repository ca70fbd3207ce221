/**
 * The three Workers as one `wrangler dev` child process: started, waited for, restarted when it
 * dies, stopped. Its output goes to a log file. Knows nothing of what the Workers do.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import type { LogFile } from './log-file.ts'
import { ROOT } from './paths.ts'
import { findPort } from './ports.ts'
import { killGroup } from './process-group.ts'
import type { Environment } from './worker-settings.ts'

// By its script and this Node: the bin would start whatever Node the shell finds first.
const WRANGLER = join(ROOT, 'node_modules/wrangler/wrangler-dist/cli.js')
/**
 * Left to itself wrangler's heap grows far before it is collected. Measured on the whole stack at
 * rest: some 410 MB of this process without these, 300 to 370 MB with them.
 */
const HEAP = ['--max-semi-space-size=1', '--max-old-space-size=384', '--optimize-for-size']
/** The Workers' too: 345 MB after the guides were indexed, 394 MB without. */
const WORKERD = { MINIFLARE_WORKERD_V8_FLAGS: '--max-semi-space-size=1' }
const FOLLOW_PARENT = join(import.meta.dirname, 'follow-parent.ts')
const CONFIGS = ['wrangler.toml', 'wrangler.identity.toml', 'wrangler.indexer.toml']

/** Takes 4 s on an idle machine and a minute on one with ten other builds; failures show earlier. */
const READY_TIMEOUT_MS = 240_000
const STOP_TIMEOUT_MS = 3000
/** A port found free may be taken by another program before wrangler binds it. */
const PORT_TRIES = 3
const MAX_BACKOFF_MS = 30_000
/** A process that lived so long was not the victim of its own start. */
const YOUNG_MS = 10_000

export interface WorkersOptions {
  readonly port: number
  /** Preferred port for debuggers; the next free one is taken. */
  readonly inspectorPort: number
  readonly envFile: string
  readonly persistTo: string
  /** Differences to the environment of this process. */
  readonly environment: Environment
  readonly log: LogFile
  readonly report: (line: string) => void
  /** Told at every start, so that the next supervisor can clean up after this one. */
  readonly onSpawn: (spawned: { workersPid: number; inspectorPort: number }) => void
}

export interface Workers {
  /** Ends wrangler and everything it started. */
  stop(): Promise<void>
}

/** @throws Error with the end of the log when they do not become ready the first time */
export async function startWorkers(options: WorkersOptions): Promise<Workers> {
  const state: State = { child: await spawnReady(options, PORT_TRIES), stopping: false }
  restartWhenDead(state, options, 0)
  return {
    async stop() {
      state.stopping = true
      await stopChild(state.child)
    },
  }
}

/** A function, so that the compiler does not take the answer before a wait for the one after. */
const isStopping = (state: State) => state.stopping

async function spawnReady(options: WorkersOptions, tries: number): Promise<ChildProcess> {
  const child = await spawnWrangler(options)
  try {
    await becomeReady(child, options)
    return child
  } catch (error) {
    killGroup(child)
    const isRace = /Address already in use/.test(String(error))
    if (tries > 1 && isRace) return spawnReady(options, tries - 1)
    throw error
  }
}

interface State {
  child: ChildProcess
  stopping: boolean
}

/** @param failures how often in a row it has died young */
function restartWhenDead(state: State, options: WorkersOptions, failures: number): void {
  const startedAt = Date.now()
  state.child.once('exit', (code, signal) => {
    // What wrangler started may have outlived it.
    killGroup(state.child)
    if (state.stopping) return
    const count = Date.now() - startedAt < YOUNG_MS ? failures : 0
    const delayMs = Math.min(500 * 2 ** count, MAX_BACKOFF_MS)
    options.report(`The Workers ended (${signal ?? code}); starting them again in ${delayMs} ms.`)
    setTimeout(() => void restart(state, options, count + 1), delayMs)
  })
}

async function restart(state: State, options: WorkersOptions, failures: number): Promise<void> {
  if (isStopping(state)) return
  state.child = await spawnWrangler(options)
  // Asked to stop in between.
  if (isStopping(state)) return killGroup(state.child)
  restartWhenDead(state, options, failures)
  try {
    await becomeReady(state.child, options)
    options.report('The Workers are back.')
  } catch (error) {
    if (!isStopping(state)) options.report(error instanceof Error ? error.message : String(error))
  }
}

async function spawnWrangler(options: WorkersOptions): Promise<ChildProcess> {
  // Anew each time: wrangler binds it last, and ends when another stack was faster.
  const inspectorPort = await findPort(options.inspectorPort, [options.port])
  const child = spawn(process.execPath, argumentsOf({ ...options, inspectorPort }), {
    cwd: ROOT,
    env: { ...WORKERD, ...process.env, ...options.environment },
    // A group of its own: Ctrl-C reaches the supervisor alone, which stops things in order.
    detached: process.platform !== 'win32',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const log = (chunk: Buffer) => options.log.write(stripVTControlCharacters(chunk.toString()))
  child.stdout?.on('data', log)
  child.stderr?.on('data', log)
  child.on('error', (error) => options.report(`wrangler cannot be started: ${error.message}`))
  if (child.pid) options.onSpawn({ workersPid: child.pid, inspectorPort })
  // A hard exit of this process leaves nothing behind either.
  const kill = () => killGroup(child)
  process.on('exit', kill)
  child.on('exit', () => process.off('exit', kill))
  return child
}

function argumentsOf({ port, inspectorPort, envFile, persistTo }: WorkersOptions): string[] {
  const options = {
    '--ip': '127.0.0.1',
    '--port': String(port),
    '--inspector-port': String(inspectorPort),
    '--persist-to': persistTo,
    '--env-file': envFile,
    '--show-interactive-dev-session': 'false',
  }
  const configs = CONFIGS.flatMap((config) => ['-c', config])
  // Not --import: the module loader then keeps a second copy of wrangler's source, 29 MB.
  const node = ['--no-warnings', ...HEAP, '--require', FOLLOW_PARENT]
  return [...node, WRANGLER, 'dev', ...configs, ...Object.entries(options).flat()]
}

/** Wrangler listens before it has built the Workers, and holds requests until it has. */
async function becomeReady(child: ChildProcess, { port, log }: WorkersOptions): Promise<void> {
  const settled = new AbortController()
  const signal = AbortSignal.any([settled.signal, AbortSignal.timeout(READY_TIMEOUT_MS)])
  const listening = once(child, 'message', { signal })
  const answering = listening.then(() =>
    fetch(`http://127.0.0.1:${port}/`, { signal, redirect: 'manual' }),
  )
  const outcome = await Promise.race([
    answering.then(() => 'ready'),
    once(child, 'exit', { signal }).then(() => 'ended'),
    buildFailure(child).then(() => 'could not be built'),
  ]).catch(() => 'were not ready in time')
  settled.abort()
  if (outcome !== 'ready') {
    throw new Error(`The Workers ${outcome}. The end of their log:\n${log.tail()}`)
  }
}

/** Wrangler itself goes on then and waits for a change. */
function buildFailure(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        // The reasons follow in the chunks after it.
        if (chunk.includes('Build failed')) setTimeout(resolve, 500)
      })
    }
  })
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  const timer = setTimeout(() => killGroup(child), STOP_TIMEOUT_MS)
  await exited
  clearTimeout(timer)
}
