/** The supervisor's small decisions: ports, settings, what it writes to the terminal and to disk. */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { renderBox, renderProgress } from '../../../local/supervisor/box.ts'
import { renderEnvFile } from '../../../local/supervisor/env-file.ts'
import { openLogFile } from '../../../local/supervisor/log-file.ts'
import { pathsOf, ROOT } from '../../../local/supervisor/paths.ts'
import { choosePorts, findPort } from '../../../local/supervisor/ports.ts'
import { killLeftovers } from '../../../local/supervisor/process-group.ts'
import { readRunning, writeRunning } from '../../../local/supervisor/running.ts'
import { ensureSecrets } from '../../../local/supervisor/secrets.ts'
import {
  describeModels,
  providerOf,
  signInProviders,
  workersEnvironment,
  workerSettings,
} from '../../../local/supervisor/worker-settings.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'supervisor-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const running = {
  url: 'http://localhost:8787',
  tlsUrl: 'https://localhost:8788',
  certificatePath: '/state/certificate.pem',
  owner: { email: 'owner@voiceassist.example', password: 'secret-1' },
  models: 'offline stand-in',
  databaseUrl: 'postgres://voiceassist:pw@127.0.0.1:5001/voiceassist',
  databaseHttpUrl: 'http://127.0.0.1:5000/sql',
  redisUrl: 'redis://127.0.0.1:5002',
  openAiBaseUrl: 'http://127.0.0.1:5003/v1',
  outbox: '/state/outbox',
  inspectorPort: 9229,
  pid: 1,
  workersPid: 2,
}

describe('ports', () => {
  const servers: Server[] = []
  const occupy = async (port: number) => {
    const server = createServer().listen(port, '127.0.0.1')
    servers.push(server)
    await once(server, 'listening')
    const address = server.address()
    return typeof address === 'object' ? address!.port : 0
  }
  afterEach(() => {
    for (const server of servers.splice(0)) server.close()
  })

  test('the preferred one is taken when it is free', async () => {
    const port = await findPort(0)
    expect(await findPort(port)).toBe(port)
    // No outgoing connection is given it.
    expect(port).toBeLessThan(32_768)
  })

  test('a taken one is answered with the next that is free', async () => {
    const taken = await occupy(await findPort(20_000))
    await occupy(taken + 1).catch(() => {})
    const found = await findPort(taken)
    expect(found).toBeGreaterThan(taken + 1)
    expect(found).toBeLessThan(taken + 50)
  })

  test('two purposes never get the same one', async () => {
    const preferred = await findPort(21_000)
    const { http, tls } = await choosePorts(preferred, preferred)
    expect(http).toBe(preferred)
    expect(tls).not.toBe(http)
  })

  test('a full neighbourhood is reported', async () => {
    await expect(findPort(65_535, [65_535])).rejects.toThrow('No port near 65535')
  })
})

describe('settings of the Workers', () => {
  const secrets = {
    ownerPassword: 'o',
    databasePassword: 'd',
    appPassword: 'a',
    authPassword: 'b',
    upstashToken: 'u',
    openAiKey: 'k',
    authSecret: 's',
    passwordPepper: 'p',
    setupToken: 't',
    mailToken: 'm',
    tavilyKey: 's',
    providerKek: 'e',
  }
  const addresses = {
    publicUrl: running.url,
    neon: { httpUrl: running.databaseHttpUrl, url: (role: string) => `postgres://${role}` },
    upstash: { url: 'http://127.0.0.1:5002' },
    mail: { url: 'http://127.0.0.1:5004/send' },
    search: { url: 'http://127.0.0.1:5005', apiKey: 's' },
  }

  test('name the offline models for the stand-in only', () => {
    const standIn = { type: 'stand-in', baseUrl: 'http://x/v1', apiKey: 'k' } as const
    expect(workerSettings({ ...addresses, models: standIn }, secrets)).toMatchObject({
      DATABASE_URL: 'postgres://app_user',
      AUTH_DATABASE_URL: 'postgres://auth_user',
      CHAT_MODEL: 'va-extractive-1',
    })
    const provider = { ...standIn, type: 'provider' } as const
    expect(workerSettings({ ...addresses, models: provider }, secrets)).not.toHaveProperty(
      'CHAT_MODEL',
    )
    expect(describeModels(provider)).toBe('http://x/v1')
  })

  test.each([
    [{}, undefined],
    [{ OPENAI_API_KEY: 'k' }, undefined],
    [{ OPENAI_BASE_URL: 'http://x', OPENAI_API_KEY: '' }, undefined],
    [
      { OPENAI_BASE_URL: 'http://x', OPENAI_API_KEY: 'k' },
      { type: 'provider', baseUrl: 'http://x', apiKey: 'k' },
    ],
  ])('take a provider only when both variables name one: %o', (environment, models) => {
    expect(providerOf(environment)).toEqual(models)
  })

  test('take the sign-in providers whose client id the shell has', () => {
    const oidc = { OIDC_CLIENT_ID: 'c', OIDC_CLIENT_SECRET: 's', OIDC_ISSUER: 'http://localhost:1' }
    const others = { OIDC_NAME: '', GITHUB_API_URL: 'https://api.github.com', PATH: '/bin' }
    expect(signInProviders({ ...oidc, ...others })).toEqual(oidc)
    expect(signInProviders(others)).toEqual({})
  })

  test('are not overruled by the shell', () => {
    const environment = workersEnvironment({ OPENAI_API_KEY: 'stack' }, '/registry')
    expect(environment).toHaveProperty('OPENAI_API_KEY', undefined)
    expect(environment).toHaveProperty('WRANGLER_REGISTRY_PATH', '/registry')
  })

  test('survive the env file whatever they hold', () => {
    const text = renderEnvFile({ A: 'plain', B: 'a$b', C: `it's`, D: `"both" it's`, E: 'a#b = c' })
    expect(text).toBe("A='plain'\nB='a\\$b'\nC=\"it's\"\nD=`\"both\" it's`\nE='a#b = c'\n")
    expect(() => renderEnvFile({ A: 'a\nb' })).toThrow('A has characters no env file can hold')
    expect(() => renderEnvFile({ A: `'"\`` })).toThrow('A has characters')
  })
})

describe('terminal', () => {
  test('the box has everything to begin with, in lines that can be copied whole', () => {
    const box = renderBox(running, 200)
    for (const part of [
      'http://localhost:8787/console/',
      'owner@voiceassist.example  password  secret-1',
      'wss://localhost:8788/v1/realtime',
      'NODE_EXTRA_CA_CERTS=/state/certificate.pem',
      `\npsql 'postgres://voiceassist:pw@127.0.0.1:5001/voiceassist'\n`,
    ]) {
      expect(box).toContain(part)
    }
    expect(Math.max(...box.split('\n').map((line) => line.match(/^─+$/)?.[0].length ?? 0))).toBe(78)
  })

  test('the curl line is one the shell can read, with the token taken from the answer', () => {
    const line = renderBox(running, 80)
      .split('\n')
      .find((each) => each.startsWith('curl'))!
    const answer = '{"user":{"id":"1"},"accessToken":"header.body-_.sign","expiresAt":"x"}'
    const curl = `curl() { case "$*" in *sign-in*) echo '${answer}';; *) printf '%s|' "$@";; esac; }`
    const printed = execFileSync('sh', ['-c', `${curl}\n${line}`], { encoding: 'utf8' }).split('|')
    expect(printed).toContain('authorization: Bearer header.body-_.sign')
    expect(JSON.parse(printed.find((each) => each.startsWith('{'))!)).toHaveProperty('question')
  })

  test('progress names failures only when there are some', () => {
    expect(renderProgress({ ready: 2, failed: 0, total: 5 })).toMatch(/2 of 5 ready$/)
    expect(renderProgress({ ready: 2, failed: 1, total: 5 })).toMatch(/1 failed/)
  })
})

describe('state folder', () => {
  test('secrets are made once, for their owner only', async () => {
    const paths = pathsOf(directory)
    const made = await ensureSecrets(paths)
    expect(await ensureSecrets(paths)).toEqual(made)
    expect(statSync(paths.secrets).mode & 0o777).toBe(0o600)
    expect(Math.min(...Object.values(made).map(({ length }) => length))).toBeGreaterThanOrEqual(16)
  })

  test('secrets lost beside a database are not replaced', async () => {
    const paths = pathsOf(directory)
    mkdirSync(paths.postgres)
    await expect(ensureSecrets(paths)).rejects.toThrow('npm run reset')
    expect(existsSync(paths.secrets)).toBe(false)
  })

  test('a damaged file is named together with the cure', async () => {
    const { secrets } = pathsOf(directory)
    writeFileSync(secrets, '{"ownerPassword":')
    await expect(ensureSecrets(pathsOf(directory))).rejects.toThrow(`${secrets} is damaged`)
  })

  test('what runs can be read back', async () => {
    const { stack } = pathsOf(directory)
    expect(await readRunning(stack)).toBeUndefined()
    writeRunning(stack, running)
    expect(await readRunning(stack)).toEqual(running)
  })
})

describe('log', () => {
  test('is put aside when full and kept in so many files', () => {
    const path = join(directory, 'log', 'workers.log')
    const log = openLogFile(path, { maxBytes: 10, files: 3 })
    for (const line of ['first\n', 'second\n', 'third\n', 'fourth\n']) log.write(line)
    log.close()
    expect(readFileSync(path, 'utf8')).toBe('fourth\n')
    expect(readFileSync(`${path}.1`, 'utf8')).toBe('third\n')
    expect(readFileSync(`${path}.2`, 'utf8')).toBe('second\n')
    expect(existsSync(`${path}.3`)).toBe(false)
  })

  test('goes on where the last run ended', () => {
    const path = join(directory, 'workers.log')
    for (const line of ['one\n', 'two\n']) {
      const log = openLogFile(path)
      log.write(line)
      expect(log.tail()).toBe(line.trim())
      log.close()
    }
    expect(readFileSync(path, 'utf8')).toBe('one\ntwo\n')
  })
})

describe.skipIf(process.platform === 'win32')('leftovers', () => {
  const sleeper = (...command: [string, ...string[]]) =>
    spawn(command[0], command.slice(1), { detached: true, stdio: 'ignore' })

  test('of this repository are ended', async () => {
    const script = join(ROOT, 'local/supervisor/follow-parent.ts')
    const child = sleeper(process.execPath, '-e', 'setInterval(() => {}, 1000)', script)
    await once(child, 'spawn')
    const exited = once(child, 'exit')
    expect(await killLeftovers(child.pid!)).toBe(1)
    expect(await exited).toEqual([null, 'SIGKILL'])
    expect(await killLeftovers(child.pid!)).toBe(0)
  })

  test('of somebody else who got the number are left alone', async () => {
    const child = sleeper('sleep', '30')
    await once(child, 'spawn')
    expect(await killLeftovers(child.pid!)).toBe(0)
    expect(child.exitCode).toBeNull()
    child.kill()
  })
})
