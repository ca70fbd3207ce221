/**
 * The Workers as they would be uploaded: built by wrangler's dry run, weighed, and searched for
 * packages that must not be inside. The import rules of the linter see one file at a time; only the
 * bundle shows what a file's imports import.
 */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { runWrangler } from './wrangler.ts'

export interface WorkerRule {
  worker: string
  config: string
  /** Bytes, gzipped. */
  maxGzip?: number
  /** Names or name prefixes of packages, and why they are not for this Worker. */
  forbidden: readonly string[]
  why: string
}

const KIB = 1024

/** In the order of deployment: who is called before who calls. */
export const WORKERS: readonly WorkerRule[] = [
  {
    worker: 'identity',
    config: 'wrangler.identity.toml',
    maxGzip: 600 * KIB,
    forbidden: ['unpdf', 'pdfjs', 'openai', '@upstash/ratelimit'],
    why: 'files, providers and counters are no matter of the Worker that holds the signing keys',
  },
  {
    worker: 'indexer',
    config: 'wrangler.indexer.toml',
    forbidden: ['better-auth', '@better-auth/', 'better-call'],
    why: 'it signs nobody in',
  },
  {
    worker: 'edge',
    config: 'wrangler.toml',
    // What it starts with counts, not what a plan allows. 400 with sign-in, flags, documents, questions and
    // voice at their thinnest; half of the rest is our own code, a feature some 10.
    maxGzip: 500 * KIB,
    forbidden: ['better-auth', '@better-auth/', 'better-call', 'unpdf', 'pdfjs'],
    why: 'sign-in belongs to the identity Worker and parsing to the indexer',
  },
]

export interface Bundle {
  bytes: number
  gzip: number
  /** Bytes of code by npm package; what is not from a package counts as `.`. */
  packages: Record<string, number>
}

/** What esbuild says about one build; only what is read here. */
export interface Metafile {
  outputs: Record<string, { inputs: Record<string, { bytesInOutput: number }> }>
}

/**
 * @param options.entry Built instead of the configuration's `main`.
 * @param options.outDir Kept, when given.
 * @throws Error with wrangler's own words when the Worker does not build
 */
export async function buildWorker(
  config: string,
  environment: string,
  options: { entry?: string; outDir?: string } = {},
): Promise<Bundle> {
  const outDir = options.outDir ?? (await mkdtemp(join(tmpdir(), 'voiceassist-bundle-')))
  const metafile = join(outDir, 'metafile.json')
  const entry = options.entry ? [options.entry] : []
  const target = ['-c', config, `--env=${environment}`]
  // As it is deployed; the environments of the wrangler files say so too.
  const dryRun = ['--dry-run', '--minify', '--outdir', outDir, '--metafile', metafile]
  try {
    const { ok, output } = await runWrangler(['deploy', ...entry, ...target, ...dryRun])
    if (!ok) throw new Error(`${config} does not build:\n${output.trim()}`)
    return await weigh(outDir, JSON.parse(await readFile(metafile, 'utf8')))
  } finally {
    if (!options.outDir) await rm(outDir, { recursive: true, force: true })
  }
}

/** Source maps and notes are written beside the code but not loaded with it. */
async function weigh(folder: string, metafile: Metafile): Promise<Bundle> {
  let bytes = 0
  let gzip = 0
  for (const name of await readdir(folder)) {
    if (!/\.(js|mjs|wasm|bin|txt|html)$/.test(name)) continue
    const content = await readFile(join(folder, name))
    bytes += content.byteLength
    gzip += gzipSync(content).byteLength
  }
  return { bytes, gzip, packages: packagesOf(metafile) }
}

export function packagesOf({ outputs }: Metafile): Record<string, number> {
  const packages: Record<string, number> = {}
  for (const { inputs } of Object.values(outputs)) {
    for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
      const name = packageOf(path)
      packages[name] = (packages[name] ?? 0) + bytesInOutput
    }
  }
  return packages
}

/** The innermost package: a dependency's own copy of another package counts as that package. */
function packageOf(path: string): string {
  const [, inside] = path.match(/.*node_modules\/((?:@[^/]+\/)?[^/]+)/) ?? []
  return inside ?? '.'
}

/** Everything wrong with a bundle, one sentence each; empty when it may go out. */
export function faultsOf(rule: WorkerRule, { gzip, packages }: Bundle): string[] {
  const { worker, maxGzip = Number.POSITIVE_INFINITY, forbidden, why } = rule
  const inside = Object.keys(packages).filter((name) =>
    forbidden.some((prefix) => name === prefix || (isPrefix(prefix) && name.startsWith(prefix))),
  )
  const faults = inside.map((name) => `The ${worker} Worker contains ${name}: ${why}.`)
  if (gzip <= maxGzip) return faults
  const size = `${kibOf(gzip)} KiB gzipped, and may have ${kibOf(maxGzip)}`
  return [...faults, `The ${worker} Worker has ${size}. ${heaviest(packages)}`]
}

/** A scope, or the family of packages pdf.js is published as. */
const isPrefix = (name: string) => name.endsWith('/') || name === 'pdfjs'

function heaviest(packages: Record<string, number>): string {
  const top = Object.entries(packages).toSorted(([, a], [, b]) => b - a)
  const names = top.slice(0, 5).map(([name, bytes]) => `${name} ${kibOf(bytes)}`)
  return `Heaviest, in KiB before compression: ${names.join(', ')}.`
}

export const kibOf = (bytes: number) => Math.ceil(bytes / KIB)
