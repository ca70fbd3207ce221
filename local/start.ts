/**
 * `npm start`: the platform on this machine, in the foreground. Prints where it is, then stays
 * until Ctrl-C. The work is in supervisor/stack.ts.
 */
import { parseArgs } from 'node:util'
import { setFlagsFromString } from 'node:v8'
import { AlreadyRunningError } from './postgres/lock.ts'
import { renderBox, renderProgress } from './supervisor/box.ts'
import { pathsOf, STATE } from './supervisor/paths.ts'
import { readRunning, type RunningStack } from './supervisor/running.ts'
import { type Stack, type StackOptions, startStack } from './supervisor/stack.ts'

const HARD_EXIT_MS = 6000
/** npm, the launcher and the terminal may each deliver the same Ctrl-C. */
const SAME_SIGNAL_MS = 400

// Garbage is collected sooner, here and in the database's thread: 50 MB less.
setFlagsFromString('--max-semi-space-size=1')

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: process.env['PORT'] ?? '8787' },
    'tls-port': { type: 'string', default: '8788' },
    directory: { type: 'string', default: STATE },
    'no-seed': { type: 'boolean', default: false },
  },
})

const options: StackOptions = {
  directory: values.directory,
  port: portOf('--port', values.port),
  tlsPort: portOf('--tls-port', values['tls-port']),
}

const startedAt = performance.now()
console.log(`Starting VoiceAssist; its data is in ${values.directory}.`)
const starting = startStack(options)
const isStopping = stopOnSignal(starting)
try {
  const stack = await starting
  if (!isStopping()) tellWhereItIs(stack)
  if (!isStopping() && !values['no-seed']) await seed(stack)
} catch (error) {
  await explain(error)
  process.exit(1)
}

function portOf(option: string, text: string): number {
  const port = Number(text)
  if (Number.isInteger(port) && port >= 0 && port < 65_536) return port
  console.error(`${option} (or PORT) takes a number from 0 to 65535, not "${text}".`)
  process.exit(2)
}

function tellWhereItIs(stack: Stack): void {
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
  if (options.port && new URL(stack.url).port !== String(options.port)) {
    console.log(`Port ${options.port} is taken; this stack is on ${new URL(stack.url).port}.`)
  }
  console.log(renderBox(stack, process.stdout.columns ?? 80))
  console.log(`Ready in ${seconds} s. Ctrl-C stops it; \`npm run status\` shows this again.`)
}

/** A guide that cannot be indexed is no reason to end: the platform runs. */
async function seed(stack: Stack): Promise<void> {
  try {
    const done = await stack.seedGuides((progress) => showProgress(renderProgress(progress)))
    if (done.total > 0) showProgress(`${renderProgress(done)}\n`)
  } catch (error) {
    if (!isStopping()) console.log(`The guides could not be indexed: ${String(error)}`)
  }
}

/** One line that changes in place; in a file or a pipe only its last state. */
function showProgress(line: string): void {
  if (process.stdout.isTTY) process.stdout.write(`\r${line}`)
  else if (line.endsWith('\n')) process.stdout.write(line)
}

async function explain(error: unknown): Promise<void> {
  if (!(error instanceof AlreadyRunningError)) {
    console.error(error instanceof Error ? error.message : error)
    return
  }
  console.error(`VoiceAssist is already running in ${values.directory}:`)
  const running = await runningStack()
  if (running) console.log(renderBox(running, process.stdout.columns ?? 80))
  else console.error('It is still starting.')
}

async function runningStack(): Promise<RunningStack | undefined> {
  try {
    return await readRunning(pathsOf(values.directory).stack)
  } catch {
    return undefined
  }
}

/** @returns whether a signal has come */
function stopOnSignal(stack: Promise<Stack>): () => boolean {
  let stoppingSince = 0
  const stop = async () => {
    if (stoppingSince > 0) {
      if (Date.now() - stoppingSince > SAME_SIGNAL_MS) process.exit(1)
      return
    }
    stoppingSince = Date.now()
    console.log('\nStopping…')
    setTimeout(() => process.exit(1), HARD_EXIT_MS).unref()
    await stack.then(
      (up) => up.stop(),
      () => undefined,
    )
    process.exit(0)
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => void stop())
  }
  return () => stoppingSince > 0
}
