/**
 * `npm start` as a process of its own, for what only a process shows: signals, exit codes and what
 * is left when it is killed.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { pathsOf } from '../../local/supervisor/paths.ts'
import { readRunning, type RunningStack } from '../../local/supervisor/running.ts'

export interface Started {
  readonly stack: RunningStack
  readonly child: ChildProcess
  readonly readyMs: number
  readonly output: () => string
  /** Sends the signal to the supervisor itself; resolves with its exit code when it has ended. */
  readonly end: (signal: NodeJS.Signals) => Promise<number | null>
}

/** Runs a script of local/ to its end. */
export async function run(
  script: string,
  args: string[],
): Promise<{ code: number; output: string }> {
  const { child, output } = spawnScript(script, args)
  const [code] = await once(child, 'close')
  return { code, output: output() }
}

/** Starts a stack on `directory` and waits until it prints its box. */
export async function start(
  directory: string,
  port: number,
  args: string[] = [],
): Promise<Started> {
  const startedAt = performance.now()
  const options = ['--directory', directory, '--port', String(port), '--tls-port', '0', ...args]
  const { child, output } = spawnScript('start.ts', options)
  while (!output().includes('Ready in')) {
    if (child.exitCode !== null) throw new Error(`npm start ended:\n${output()}`)
    await delay(50)
  }
  const stack = await readRunning(pathsOf(directory).stack)
  if (!stack) throw new Error('a ready stack says where it is')
  const end = async (signal: NodeJS.Signals) => {
    const ended = once(child, 'close')
    child.kill(signal)
    const [code] = await ended
    return code
  }
  return { stack, child, output, end, readyMs: Math.round(performance.now() - startedAt) }
}

function spawnScript(script: string, args: string[]) {
  const child = spawn(process.execPath, [`local/${script}`, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (text += chunk.toString()))
  }
  return { child, output: () => text }
}

interface Process {
  pid: number
  parent: number
  group: number
}

/** The living processes of a stack, itself included. */
export function processesOf({ pid, workersPid }: RunningStack): number[] {
  return alive()
    .filter((each) => each.pid === pid || each.parent === pid || each.group === workersPid)
    .map((each) => each.pid)
}

/**
 * Bytes of memory they have together (Linux only). A page that several have, as all Node processes have
 * Node's own, counts once: each process has its share (proc(5), `Pss`).
 */
export function memoryOf(stack: RunningStack): number {
  const sizes = processesOf(stack).map((pid) => {
    try {
      const sums = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
      return 1024 * Number(/^Pss:\s+(\d+) kB/m.exec(sums)?.[1] ?? 0)
    } catch {
      return 0 // It has ended since it was listed.
    }
  })
  return sizes.reduce((sum, size) => sum + size, 0)
}

/** Waits until none of them lives; answers with those that still do after `timeoutMs`. */
export async function survivors(pids: number[], timeoutMs: number): Promise<number[]> {
  const deadline = Date.now() + timeoutMs
  for (;;) {
    const left = alive().filter(({ pid }) => pids.includes(pid))
    if (left.length === 0 || Date.now() > deadline) return left.map(({ pid }) => pid)
    await delay(50)
  }
}

function alive(): Process[] {
  const table = execFileSync('ps', ['-eo', 'pid=,ppid=,pgid=,stat='], { encoding: 'utf8' })
  return table.split('\n').flatMap((line) => {
    const [pid, parent, group, status] = line.trim().split(/\s+/)
    // A zombie has ended; it only waits to be read by its parent.
    if (!status || status.startsWith('Z')) return []
    return [{ pid: Number(pid), parent: Number(parent), group: Number(group) }]
  })
}
