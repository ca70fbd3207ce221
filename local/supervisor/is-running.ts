/** Whether a stack runs on a state folder. The lock tells, not the file: a kill leaves the file. */
import { existsSync } from 'node:fs'
import { AlreadyRunningError, holdLock } from '../postgres/lock.ts'

/** Takes the lock for a moment when nobody has it. */
export async function isRunning(directory: string): Promise<boolean> {
  if (!existsSync(directory)) return false
  try {
    const lock = await holdLock(directory)
    await lock.release()
    return false
  } catch (error) {
    if (error instanceof AlreadyRunningError) return true
    throw error
  }
}
