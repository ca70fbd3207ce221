/**
 * Ends wrangler together with the workerd and esbuild processes it started: they share its process
 * group, and a wrangler killed by SIGKILL leaves them behind with its port and files open.
 */
import { type ChildProcess, execFileSync } from 'node:child_process'
import { realpathSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { ROOT } from './paths.ts'

/** Ends the whole group at once; nothing happens when it has ended. */
export function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return
  try {
    // Windows has no process groups; there the leader's end closes the pipes the others wait on.
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL')
  } catch {
    // Already gone.
  }
}

/**
 * Ends what an earlier supervisor left running, and nothing else: the number may belong to somebody
 * else's processes by now, so each must be a program of this repository's dependencies.
 *
 * @returns how many processes were ended
 */
export async function killLeftovers(leader: number): Promise<number> {
  const homes = [ROOT, realpathSync(join(ROOT, 'node_modules'))]
  const members = () =>
    groupMembers(leader).filter(({ command }) => homes.some((home) => command.includes(home)))
  const found = members()
  for (const { pid } of found) process.kill(pid, 'SIGKILL')
  // They hold their ports until the system has taken them down.
  for (let tries = 0; tries < 40 && members().length > 0; tries += 1) await delay(50)
  return found.length
}

function groupMembers(leader: number): { pid: number; command: string }[] {
  if (process.platform === 'win32') return []
  const table = execFileSync('ps', ['-eo', 'pid=,pgid=,stat=,args='], { encoding: 'utf8' })
  return table.split('\n').flatMap((line) => {
    const [, pid, group, status, command] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? []
    if (Number(group) !== leader || status?.startsWith('Z') || !command) return []
    return [{ pid: Number(pid), command }]
  })
}
