/**
 * The three Workers as deployed, and a bare one beside them, in one workerd that is reached on
 * sockets of its own: no proxy, no entry Worker, as near to production's costs as a laptop comes.
 */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { convertV4MiniflareOptions, Miniflare, type V4WorkerOptions } from 'miniflare'
import { unstable_getMiniflareWorkerOptions } from 'wrangler'
import { buildWorker } from '../../operations/bundle.ts'
import { childNamed } from './cpu.ts'

const ROOT = join(import.meta.dirname, '../..')

export type Settings = Readonly<Record<string, string>>

export interface Served {
  /** Without a slash at the end. */
  edge: string
  bare: string
  /** Process id of workerd. */
  pid: number
  close(): Promise<void>
}

export async function serveWorkers(settings: Settings): Promise<Served> {
  const folder = await mkdtemp(join(tmpdir(), 'voiceassist-bench-'))
  const workers = [
    await optionsOf('wrangler.toml', folder, settings, 'tests/bench/edge.ts'),
    await optionsOf('wrangler.identity.toml', folder, settings),
    await optionsOf('wrangler.indexer.toml', folder, settings),
    await optionsOf('tests/bench/bare.toml', folder, settings),
  ]
  const miniflare = new Miniflare(convertV4MiniflareOptions({ workers }))
  const close = async () => {
    await miniflare.dispose()
    await rm(folder, { recursive: true, force: true })
  }
  const urlOf = async (name: string) => (await miniflare.unsafeGetDirectURL(name)).origin
  const [edge, bare] = [await urlOf('voiceassist-edge'), await urlOf('voiceassist-bare')]
  return { edge, bare, pid: childNamed('workerd'), close }
}

/** Bindings as the configuration has them, code as it would be uploaded, values from `settings`. */
export async function optionsOf(
  config: string,
  folder: string,
  settings: Settings,
  entry?: string,
): Promise<V4WorkerOptions> {
  const outDir = join(folder, config.replaceAll('/', '-'))
  await buildWorker(config, '', { outDir, ...(entry && { entry }) })
  const { workerOptions } = quietly(() => unstable_getMiniflareWorkerOptions(join(ROOT, config)))
  const { assets: _assets, cronTriggers: _cronTriggers, ...options } = workerOptions
  return {
    ...options,
    name: (await readFile(join(ROOT, config), 'utf8')).match(/^name = "(.+)"$/m)?.[1] ?? config,
    rootPath: outDir,
    modules: await modulesIn(outDir),
    bindings: { ...Object(options.bindings), ...settings },
    unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }],
  }
}

/** Wrangler misses the secrets, which `settings` brings. Builds must not be quiet: they may fail. */
function quietly<Value>(read: () => Value): Value {
  const level = process.env['WRANGLER_LOG']
  process.env['WRANGLER_LOG'] = 'none'
  try {
    return read()
  } finally {
    if (level === undefined) delete process.env['WRANGLER_LOG']
    else process.env['WRANGLER_LOG'] = level
  }
}

async function modulesIn(folder: string) {
  const names = (await readdir(folder)).filter((name) => /\.(js|wasm)$/.test(name))
  const code = names.filter((name) => name.endsWith('.js'))
  const rest = names.filter((name) => name.endsWith('.wasm'))
  return [
    ...code.map((name) => ({ type: 'ESModule' as const, path: join(folder, name) })),
    ...rest.map((name) => ({ type: 'CompiledWasm' as const, path: join(folder, name) })),
  ]
}
