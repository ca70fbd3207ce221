/** Which database a command means: the one of the environment, or the running local stack's. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Target, targetFromEnvironment } from './connection.ts'

/** @throws Error saying what to set or to start */
export async function targetOf({ local }: { local: boolean }): Promise<Target> {
  if (!local) return targetFromEnvironment(process.env)
  const path = join(import.meta.dirname, '../../.local/stack.json')
  const stack: { databaseUrl: string; databaseHttpUrl: string } = JSON.parse(
    await readFile(path, 'utf8').catch(() => {
      throw new Error('The local stack is not running: npm start')
    }),
  )
  return { databaseUrl: stack.databaseUrl, httpUrl: stack.databaseHttpUrl }
}
