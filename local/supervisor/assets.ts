/** The console and the guides as the edge serves them, built before the Workers start. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ROOT } from './paths.ts'

/**
 * In a process of its own, whose memory (300 MB with Vite) is free again afterwards. Takes a
 * moment only when nothing changed.
 *
 * @throws Error with what the build said
 */
export async function buildAssets(): Promise<void> {
  const build = [join(ROOT, 'operations/build.ts')]
  try {
    // A test runner's NODE_ENV would turn this into a development build.
    const env = { ...process.env, NODE_ENV: 'production' }
    await promisify(execFile)(process.execPath, build, { cwd: ROOT, env })
  } catch (error) {
    const output = error instanceof Error && 'stderr' in error ? String(error.stderr) : ''
    throw new Error(`The console could not be built.\n${output}`, { cause: error })
  }
}
