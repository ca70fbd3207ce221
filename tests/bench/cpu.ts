/** CPU time of a process, from /proc: what a shared machine measures well where it cannot time. */
import { readdirSync, readFileSync } from 'node:fs'

/** Linux reports process times to user space in hundredths of a second, whatever its own tick is. */
const TICK_US = 10_000

/** User and system time of all threads, in microseconds. See proc_pid_stat(5). */
export function cpuTimeOf(pid: number): number {
  const fields = statOf(pid)
  return (Number(fields[11]) + Number(fields[12])) * TICK_US
}

/** @throws Error when this process has no child of that name, or there is no /proc */
export function childNamed(name: string): number {
  const pids = readdirSync('/proc').map(Number).filter(Number.isInteger)
  const found = pids.find((pid) => {
    try {
      return commandOf(pid) === name && Number(statOf(pid)[1]) === process.pid
    } catch {
      return false
    }
  })
  if (found === undefined) throw new Error(`No child process named ${name} was found in /proc.`)
  return found
}

const read = (pid: number, file: string) => readFileSync(`/proc/${pid}/${file}`, 'utf8')
const commandOf = (pid: number) => read(pid, 'comm').trim()

/** The fields after the command, which may itself contain spaces: state, parent, … */
function statOf(pid: number): string[] {
  const stat = read(pid, 'stat')
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
}
