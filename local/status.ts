/** `npm run status`: whether the local stack runs, where it is and how it feels. Exit code 1 if not. */
import { parseArgs } from 'node:util'
import { renderBox } from './supervisor/box.ts'
import { isRunning } from './supervisor/is-running.ts'
import { pathsOf, STATE } from './supervisor/paths.ts'
import { readRunning } from './supervisor/running.ts'

const { values } = parseArgs({ options: { directory: { type: 'string', default: STATE } } })

const stack = await readRunning(pathsOf(values.directory).stack)
if (!(await isRunning(values.directory))) {
  console.log('VoiceAssist is not running here: `npm start` starts it.')
  process.exitCode = 1
} else if (!stack) {
  console.log('VoiceAssist is starting.')
} else {
  console.log(renderBox(stack, process.stdout.columns ?? 80))
  console.log(`Processes: supervisor ${stack.pid}, Workers ${stack.workersPid}`)
  console.log(`Debugger:  127.0.0.1:${stack.inspectorPort}`)
  console.log(`Redis:     ${stack.redisUrl}`)
  console.log(`Health:    ${await healthOf(stack.url)}`)
}

/** What /ready says of the dependencies, on one line. */
async function healthOf(url: string): Promise<string> {
  try {
    const response = await fetch(`${url}/ready`, { signal: AbortSignal.timeout(5000) })
    const text = (await response.text()).trim()
    return `${response.ok ? 'ready' : 'not ready'} (${response.status}) ${text}`
  } catch {
    return 'the Workers do not answer; their log is in .local/log'
  }
}
