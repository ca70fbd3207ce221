/**
 * `npm run reset`: removes the local stack's data, its users, documents and secrets. Refuses while
 * it runs; `--force` stops it first.
 */
import { rm } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { isRunning } from './supervisor/is-running.ts'
import { pathsOf, STATE } from './supervisor/paths.ts'
import { readRunning } from './supervisor/running.ts'

/** A stop ends hard after 6 s; what still runs then is killed. */
const STOP_TIMEOUT_MS = 7000
const POLL_MS = 100

const { values } = parseArgs({
  options: {
    directory: { type: 'string', default: STATE },
    force: { type: 'boolean', default: false },
  },
})

if (await isRunning(values.directory)) {
  if (!values.force) {
    console.error('VoiceAssist is running: stop it with Ctrl-C, or use `npm run reset -- --force`.')
    process.exit(1)
  }
  await stopRunning()
}
await rm(values.directory, { recursive: true, force: true })
console.log('Removed the local data. `npm start` begins with an empty database.')

async function stopRunning(): Promise<void> {
  const stack = await readRunning(pathsOf(values.directory).stack)
  if (!stack) throw new Error('It is starting: try again in a few seconds.')
  process.kill(stack.pid, 'SIGTERM')
  if (await ended(STOP_TIMEOUT_MS)) return
  process.kill(stack.pid, 'SIGKILL')
  if (!(await ended(STOP_TIMEOUT_MS))) throw new Error(`Process ${stack.pid} does not end.`)
}

async function ended(timeoutMs: number): Promise<boolean> {
  for (let waitedMs = 0; waitedMs < timeoutMs; waitedMs += POLL_MS) {
    if (!(await isRunning(values.directory))) return true
    await delay(POLL_MS)
  }
  return false
}
