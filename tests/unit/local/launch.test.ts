/** The launcher, run as npm runs it, in a small project of its own with a Node package planted. */
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

const NODE_PACKAGE = `node-${process.platform}-${process.arch}`

describe.skipIf(process.platform !== 'linux')('launcher', () => {
  let project: string

  beforeEach(() => {
    project = mkdtempSync(join(tmpdir(), 'launch-'))
    mkdirSync(join(project, 'local'))
    copyFileSync('local/launch.mjs', join(project, 'local/launch.mjs'))
    const devDependencies = { tool: '1.0.0', '@scope/scoped': '1.0.0' }
    write('package.json', JSON.stringify({ devDependencies }))
  })
  afterEach(() => rmSync(project, { recursive: true }))

  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(project, path)), { recursive: true })
    writeFileSync(join(project, path), text)
  }
  const plantNode = () => {
    const path = `node_modules/${NODE_PACKAGE}/bin/node`
    write(path, `#!/bin/sh\nPLANTED=yes exec "${process.execPath}" "$@"\n`)
    chmodSync(join(project, path), 0o755)
  }
  const launch = (args: string[], node = process.execPath, env = process.env) =>
    spawnSync(node, [join(project, 'local/launch.mjs'), ...args], {
      encoding: 'utf8',
      cwd: project,
      env,
    })

  test('runs a file under the Node of the platform package', () => {
    plantNode()
    write('script.ts', 'const text: string = process.env.PLANTED ?? "no"\nconsole.log(text)')
    expect(launch(['script.ts']).stdout).toBe('yes\n')
  })

  test('falls back on the Node that runs it when that is recent enough', () => {
    mkdirSync(join(project, 'node_modules'))
    write('script.ts', 'console.log(process.version as string)')
    expect(launch(['script.ts']).stdout).toBe(`${process.version}\n`)
  })

  test('runs a bin by the script its package names, with its arguments and exit code', () => {
    plantNode()
    const print = 'console.log(process.env.PLANTED, process.argv.slice(2).join()); process.exit(7)'
    write('node_modules/tool/package.json', '{"bin":{"tool-bin":"./cli.js"}}')
    write('node_modules/tool/cli.js', print)
    write('node_modules/@scope/scoped/package.json', '{"bin":"./cli.js"}')
    write('node_modules/@scope/scoped/cli.js', print)
    for (const bin of ['tool-bin', 'scoped']) {
      const { stdout, status } = launch([bin, 'a', '--b'])
      expect(stdout).toBe('yes a,--b\n')
      expect(status).toBe(7)
    }
  })

  test('puts that Node and the local bins first in the path, for whatever is started inside', () => {
    plantNode()
    write('script.mjs', 'console.log(process.env.PATH)')
    const path = launch(['script.mjs']).stdout
    const modules = join(project, 'node_modules')
    expect(path.startsWith(`${modules}/${NODE_PACKAGE}/bin:${modules}/.bin:`)).toBe(true)
  })

  test('switches reports and update checks off unless told otherwise', () => {
    plantNode()
    write('script.mjs', 'console.log(process.env.WRANGLER_SEND_METRICS)')
    expect(launch(['script.mjs']).stdout).toBe('false\n')
    const env = { ...process.env, WRANGLER_SEND_METRICS: 'true' }
    expect(launch(['script.mjs'], process.execPath, env).stdout).toBe('true\n')
  })

  test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('passes %s on', async (signal) => {
    plantNode()
    write(
      'script.mjs',
      `process.on('${signal}', () => process.exit(42)); setInterval(() => {}, 1000); console.log('up')`,
    )
    const child = spawn(process.execPath, [join(project, 'local/launch.mjs'), 'script.mjs'], {
      cwd: project,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await once(child.stdout, 'data')
    child.kill(signal)
    expect(await once(child, 'exit')).toEqual([42, null])
  })

  test('ends like a command that was killed', () => {
    plantNode()
    write('script.mjs', 'process.kill(process.pid, "SIGKILL")')
    expect(launch(['script.mjs']).status).toBe(137)
  })

  test.each([
    ['nothing was installed', [], /Run `npm install` first/],
    ['there is no such command', ['node_modules/x'], /No dependency .* has a command named nope/],
  ])('says what to do when %s', (_, folders, message) => {
    for (const folder of folders) mkdirSync(join(project, folder), { recursive: true })
    const { stderr, status } = launch(['nope'])
    expect(stderr).toMatch(message)
    expect(status).toBe(1)
  })

  const old = olderNode()
  test.skipIf(!old)('says which package is missing under an older Node', () => {
    mkdirSync(join(project, 'node_modules'))
    const { stderr, status } = launch(['script.ts'], old)
    expect(stderr).toMatch(`needs Node 24; this is ${execFileSync(old!, ['-v']).toString().trim()}`)
    expect(stderr).toMatch(`The package ${NODE_PACKAGE}`)
    expect(status).toBe(1)
  })
})

/** The system's Node when it is older than the project's; many machines have one, not all. */
function olderNode(): string | undefined {
  const { stdout } = spawnSync('/usr/bin/node', ['-v'], { encoding: 'utf8' })
  return stdout && Number(stdout.slice(1).split('.')[0]) < 24 ? '/usr/bin/node' : undefined
}
