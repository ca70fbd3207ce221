/**
 * One process per directory. The lock is a listening socket in it (on Windows a named pipe), which
 * the system closes with its process: after kill -9 the file is left but answers nobody. A file
 * with a process id would not do, since ids are reused and zombies look alive.
 */
import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, readdir, realpath, rename, rm, symlink } from 'node:fs/promises'
import { connect, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

export interface Lock {
  readonly release: () => Promise<void>
}

export class AlreadyRunningError extends Error {
  constructor(directory: string) {
    super(`already running: another process uses ${directory}`)
    this.name = 'AlreadyRunningError'
  }
}

/** Both of two that start at once may see each other and step back; one soon gets through. */
const ATTEMPTS = 8

/** sun_path has 104 bytes on macOS, 108 on Linux; `/lock-` and a name of 8 come after. */
const MAX_DIRECTORY_BYTES = 85

/**
 * Takes the lock of a directory that exists. It does not keep the process alive.
 *
 * @throws AlreadyRunningError when a live process holds it
 */
export async function holdLock(directory: string): Promise<Lock> {
  const real = await realpath(directory)
  if (process.platform === 'win32') return holdPipe(real)
  const reach = await shortPath(real)
  try {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const { name, server } = await publish(real, reach.path)
      const lock = { release: () => withdraw(server, join(real, name)) }
      if (await isAlone(real, reach.path, name)) return lock
      await lock.release()
      await delay(20 + Math.random() * 60)
    }
    throw new AlreadyRunningError(directory)
  } finally {
    await reach.drop()
  }
}

/** A socket under a name never used before, which others can see only once it answers. */
async function publish(real: string, path: string): Promise<{ name: string; server: Server }> {
  const unique = randomBytes(4).toString('hex')
  const server = await listen(join(path, `new-${unique}`))
  const name = `lock-${unique}`
  await rename(join(real, `new-${unique}`), join(real, name))
  return { name, server }
}

/**
 * Whether nobody else's socket answers. Ours is visible before we look, so of two processes at
 * least one sees the other. Dead names do not come back: removing them is safe.
 */
async function isAlone(real: string, path: string, ownName: string): Promise<boolean> {
  const names = await readdir(real)
  for (const name of names.filter((each) => each.startsWith('lock-') && each !== ownName)) {
    if (await answers(join(path, name))) return false
    await rm(join(real, name), { force: true })
  }
  return true
}

async function withdraw(server: Server, file: string): Promise<void> {
  await rm(file, { force: true })
  await new Promise<void>((resolve) => {
    server.close(() => resolve())
  })
}

async function holdPipe(real: string): Promise<Lock> {
  const hash = createHash('sha256').update(real.toLowerCase()).digest('hex').slice(0, 16)
  try {
    const server = await listen(`\\\\.\\pipe\\voiceassist-${hash}`)
    return { release: () => withdraw(server, join(real, 'no-such-file')) }
  } catch {
    throw new AlreadyRunningError(real)
  }
}

function listen(path: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy())
    server.once('error', reject)
    server.listen(path, () => resolve(server.unref()))
  })
}

/** Only a refusal means that nobody listens; when in doubt, somebody does. */
function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path)
    const settle = (alive: boolean) => {
      socket.destroy()
      resolve(alive)
    }
    socket.once('connect', () => settle(true))
    socket.once('error', ({ code }: NodeJS.ErrnoException) => {
      settle(code !== 'ECONNREFUSED' && code !== 'ENOENT')
    })
  })
}

/** A path to the directory that a socket's address has room for. */
async function shortPath(real: string): Promise<{ path: string; drop: () => Promise<void> }> {
  if (Buffer.byteLength(real) <= MAX_DIRECTORY_BYTES) return { path: real, drop: async () => {} }
  const holder = await mkdtemp(join(tmpdir(), 'va-'))
  await symlink(real, join(holder, 'd'))
  return { path: join(holder, 'd'), drop: () => rm(holder, { recursive: true }) }
}
