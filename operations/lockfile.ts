/**
 * Completes package-lock.json for platforms other than the one it was made on. A registry that has
 * not every platform's binary makes npm leave those out of the lockfile, and `npm ci` then fails
 * everywhere; entries without an address are looked up where they are needed. Run after installing
 * or raising a package: `npm run lockfile`.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

interface Entry {
  version?: string
  optional?: boolean
  dev?: boolean
  os?: string[]
  cpu?: string[]
  libc?: string[]
  resolved?: string
  optionalDependencies?: Record<string, string>
}

export interface Lockfile {
  packages: Record<string, Entry>
}

const SYSTEMS = [
  'darwin',
  'linux',
  'win32',
  'android',
  'freebsd',
  'netbsd',
  'openbsd',
  'sunos',
  'aix',
  'openharmony',
]
const PROCESSORS = [
  'arm64',
  'arm',
  'x64',
  'ia32',
  'ppc64',
  'riscv64',
  's390x',
  'loong64',
  'mips64el',
  'wasm32',
]
const ALIASES: Record<string, string> = {
  win: 'win32',
  windows: 'win32',
  64: 'x64',
  wasm: 'wasm32',
}

/** The names that were added. @throws Error when an entry names a registry's address */
export function completeLockfile({ packages }: Lockfile): string[] {
  const addressed = Object.entries(packages).find(([, { resolved }]) =>
    resolved?.startsWith('http'),
  )
  if (addressed)
    throw new Error(
      `${addressed[0]} names a registry; install with omit-lockfile-registry-resolved.`,
    )
  const added: string[] = []
  for (const [path, { optionalDependencies = {}, dev = false }] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(optionalDependencies)) {
      if (!/^\d/.test(version) || resolves(packages, path, name)) continue
      const { os, cpu, libc } = platformOf(name)
      // In npm's own order of keys, so that npm leaves the file as it is.
      packages[`node_modules/${name}`] = {
        version,
        ...(cpu && { cpu }),
        ...(dev && { dev }),
        ...(libc && { libc }),
        optional: true,
        ...(os && { os }),
      }
      added.push(name)
    }
  }
  return added
}

/** Whether `name` is found from `path` upwards, as Node looks for it. */
function resolves(packages: Lockfile['packages'], path: string, name: string): boolean {
  for (
    let base = path;
    ;
    base = base.slice(0, Math.max(0, base.lastIndexOf('node_modules/') - 1))
  ) {
    if (`${base ? `${base}/` : ''}node_modules/${name}` in packages) return true
    if (!base) return false
  }
}

/** Packages of one platform say so in their names. */
export function platformOf(name: string): Pick<Entry, 'os' | 'cpu' | 'libc'> {
  const words = name.split(/[-/_@]/).map((word) => ALIASES[word] ?? word)
  const os = words.filter((word) => SYSTEMS.includes(word))
  const cpu = words.flatMap((word) => PROCESSORS.find((processor) => word === processor) ?? [])
  const libc = words.some((word) => word.startsWith('musl'))
    ? ['musl']
    : words.some((word) => word.startsWith('gnu'))
      ? ['glibc']
      : []
  return {
    ...(os.length > 0 && { os }),
    ...(cpu.length > 0 && { cpu }),
    ...(libc.length > 0 && os.includes('linux') && { libc }),
  }
}

if (import.meta.main) {
  const path = join(import.meta.dirname, '../package-lock.json')
  const lockfile: Lockfile = JSON.parse(await readFile(path, 'utf8'))
  const added = completeLockfile(lockfile)
  if (added.length > 0) {
    lockfile.packages = Object.fromEntries(
      Object.entries(lockfile.packages).toSorted(([a], [b]) => (a < b ? -1 : 1)),
    )
    await writeFile(path, `${JSON.stringify(lockfile, null, 2)}\n`)
  }
  console.log(added.length > 0 ? `Added ${added.length}: ${added.join(', ')}` : 'Complete.')
}
