/** CPU time of a process, from /proc: what a shared machine measures well where it cannot time. */
import { readdirSync, readFileSync } from 'node:fs'

/**
 * Time on a processor so far, user and system, of all threads, in microseconds. From schedstat,
 * which counts nanoseconds where stat counts hundredths of a second; threads that ended are lost,
 * and workerd keeps its own.
 */
export function cpuTimeOf(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`)
  const times = threads.map((thread) => Number(read(pid, `task/${thread}/schedstat`).split(' ')[0]))
  return times.reduce((sum, nanoseconds) => sum + nanoseconds, 0) / 1000
}

/** Milliseconds: what a request leaves to do after its answer must not be counted with the next. */
export const SETTLE_MS = 300

/** @param values An odd number of them. */
export function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[(values.length - 1) / 2] ?? Number.NaN
}

/** @throws Error when this process has no child of that name, or there is no /proc */
export function childNamed(name: string): number {
  const pids = readdirSync('/proc').map(Number).filter(Number.isInteger)
  const found = pids.find((pid) => isChild(pid, name))
  if (found === undefined) throw new Error(`No child process named ${name} was found in /proc.`)
  return found
}

const read = (pid: number, file: string) => readFileSync(`/proc/${pid}/${file}`, 'utf8')

function isChild(pid: number, name: string): boolean {
  try {
    const [, parent] = read(pid, 'status').match(/^PPid:\s+(\d+)$/m) ?? []
    return Number(parent) === process.pid && read(pid, 'comm').trim() === name
  } catch {
    return false
  }
}
