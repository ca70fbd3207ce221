/**
 * Builds what the edge serves as static assets into dist/assets: the console, the guides as raw
 * Markdown, the API reference and the headers for all of them. Does nothing when no input changed.
 */
import { createHash } from 'node:crypto'
import { cp, glob, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { build } from 'vite'

const ROOT = join(import.meta.dirname, '..')
const OUT = join(ROOT, 'dist/assets')
const STAMP = join(ROOT, 'dist/assets.sha256')

const INPUTS = [
  'workers/console/**/*.*',
  'workers/*/schemas.ts',
  'workers/audit/{canonical,chain,checkpoint,verify}.ts',
  'sdk/**/*.ts',
  'docs/**/*.*',
  'operations/assets/**/*.*',
  'operations/build.ts',
  'vite.config.ts',
  'package-lock.json',
]

/** The parts of Swagger UI the reference page loads; all of it is served from here. */
const REFERENCE = ['swagger-ui.css', 'swagger-ui-bundle.js', 'LICENSE', 'NOTICE']

/**
 * @param options.force Builds even when nothing changed.
 * @returns whether anything was built
 */
export async function buildAssets({ force = false } = {}): Promise<boolean> {
  const fingerprint = await fingerprintInputs()
  const built = await readFile(STAMP, 'utf8').catch(() => '')
  if (!force && built === fingerprint) return false

  await rm(STAMP, { force: true })
  await empty(OUT)
  await Promise.all([buildConsole(), copyDocs()])
  await writeHeaders()
  await writeFile(STAMP, fingerprint)
  return true
}

/** The folder itself stays: a running `wrangler dev` watches it. */
async function empty(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  for (const name of await readdir(folder)) await rm(join(folder, name), { recursive: true })
}

async function fingerprintInputs(): Promise<string> {
  const hash = createHash('sha256')
  const files: string[] = []
  for await (const file of glob(INPUTS, { cwd: ROOT })) files.push(file)
  for (const file of files.toSorted()) {
    hash.update(file).update(await readFile(join(ROOT, file)))
  }
  return hash.digest('hex')
}

const buildConsole = () =>
  build({
    configFile: join(ROOT, 'vite.config.ts'),
    root: join(ROOT, 'workers/console'),
    logLevel: 'warn',
  })

async function copyDocs(): Promise<void> {
  await cp(join(ROOT, 'docs'), join(OUT, 'docs'), { recursive: true })
  await cp(join(ROOT, 'operations/assets/docs'), join(OUT, 'docs'), { recursive: true })
  const swagger = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'))
  for (const file of REFERENCE) await cp(join(swagger, file), join(OUT, 'docs/reference', file))
}

/** The console's inline theme script is allowed by its hash, taken from the page as built. */
async function writeHeaders(): Promise<void> {
  const page = await readFile(join(OUT, 'console/index.html'), 'utf8')
  const hashes = [...page.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(([, script = '']) => {
    return `'sha256-${createHash('sha256').update(script).digest('base64')}'`
  })
  const template = await readFile(join(ROOT, 'operations/assets/_headers'), 'utf8')
  const headers = template.replace('{{inline-script-hashes}}', hashes.join(' '))
  await writeFile(join(OUT, '_headers'), headers)
}

if (import.meta.main) {
  const built = await buildAssets({ force: process.argv.includes('--force') })
  console.log(built ? 'Built dist/assets.' : 'dist/assets is up to date.')
}
