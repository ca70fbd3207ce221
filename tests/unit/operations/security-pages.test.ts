/** docs/security and what docs/features/identity.md promises, compared with the code. */
import { glob, readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { unstable_readConfig } from 'wrangler'
import { WORKERS } from '../../../operations/bundle.ts'
import { Settings } from '../../../shared/settings.ts'
import { createApp } from '../../../workers/app.ts'
import { SESSION } from '../../../workers/identity/issuer/auth.ts'
import { WORDS } from '../../../workers/identity/issuer/password-policy.ts'
import { MAX_HOURS } from '../../../workers/identity/issuer/session.ts'

const page = (path: string) => readFile(`docs/${path}`, 'utf8')

/** What runs in the Workers, by path. */
async function sources(): Promise<[path: string, text: string][]> {
  const found: [string, string][] = []
  for await (const path of glob('{shared,durable-objects,workers}/**/*.ts')) {
    if (!path.startsWith('workers/console')) found.push([path, await readFile(path, 'utf8')])
  }
  return found
}

/** Of `names`, those that `text` does not have between backquotes. */
const missingIn = (text: string, names: readonly string[]) =>
  names.filter((name) => !text.includes(`\`${name}\``))

test('every file that uses cryptography is in the inventory', async () => {
  const text = await page('security/cryptography.md')
  const uses = /'node:crypto'|crypto\.subtle|from 'jose'|crypto\.getRandomValues/
  const users = (await sources()).filter(([, source]) => uses.test(source)).map(([path]) => path)
  expect(users.length).toBeGreaterThan(20)
  expect(missingIn(text, users)).toEqual([])
  const named = text.match(/(?:shared|workers)\/[\w/-]+\.ts/g) ?? []
  expect(named.filter((path) => !users.includes(path))).toEqual([])
})

test('every secret of the Workers is in the inventory', async () => {
  const required = WORKERS.flatMap(({ config }) => {
    return unstable_readConfig({ config }, { hideWarnings: true }).secrets?.required ?? []
  })
  const optional = Object.entries(Settings.shape)
    .filter(([, schema]) => 'optionalFor' in (schema.meta() ?? {}))
    .map(([name]) => name)
  expect(missingIn(await page('security/cryptography.md'), [...required, ...optional])).toEqual([])
})

test('no source names a weak cipher, mode or hash', async () => {
  const weak = /createCipher|AES-(?:CBC|CTR|ECB)|RSAES|PKCS1|RSA-OAEP|'md[45]'|'sha-?1'/i
  const users = (await sources()).filter(([, source]) => weak.test(source)).map(([path]) => path)
  // The protocols of GrowthBook's sealed payloads, of the list of leaked passwords, and of
  // authenticator apps.
  expect(users.toSorted((a, b) => a.localeCompare(b))).toEqual([
    'workers/flags/payload-service.ts',
    'workers/identity/issuer/password-policy.ts',
    'workers/identity/totp.ts',
  ])
})

test('no source draws from a generator that can be guessed', async () => {
  const users = (await sources()).filter(([, source]) => source.includes('Math.random'))
  // The jitter of retries.
  expect(users.map(([path]) => path)).toEqual(['shared/retry.ts'])
})

test('every address the Workers call is in the table', async () => {
  const addresses = Object.keys(Settings.shape).filter((name) => name.endsWith('_URL'))
  const called = addresses.filter((name) => name !== 'PUBLIC_URL')
  expect(missingIn(await page('security/connections.md'), called)).toEqual([])
  const literal = /\bfetch\(\s*['"`]https?:/
  expect((await sources()).filter(([, source]) => literal.test(source))).toEqual([])
})

test('nothing but the log reaches the console', async () => {
  const writers = (await sources()).filter(([, source]) => /\bconsole\.\w+\(/.test(source))
  expect(writers.map(([path]) => path)).toEqual(['shared/log.ts'])
  expect(missingIn(await page('security/logs.md'), ['shared/log.ts'])).toEqual([])
})

test('every table and store of data has its class', async () => {
  const tables = new Set<string>()
  const paths = await Array.fromAsync(glob('migrations/*.sql'))
  for (const path of paths.toSorted()) {
    const changes = (await readFile(path, 'utf8')).matchAll(/^(CREATE|DROP) TABLE ([\w".]+)/gm)
    for (const [, change, name = ''] of changes) {
      const plain = name.replaceAll('"', '')
      const full = plain.includes('.') ? plain : `public.${plain}`
      if (change === 'CREATE') tables.add(full)
      else tables.delete(full)
    }
  }
  const stores = WORKERS.flatMap(({ config }) => {
    const read = unstable_readConfig({ config }, { hideWarnings: true })
    const { r2_buckets, queues, durable_objects } = read
    const bound: { binding?: string; name?: string }[] = [
      ...r2_buckets,
      ...(queues.producers ?? []),
      ...durable_objects.bindings,
    ]
    return bound.map(({ binding, name = '' }) => binding ?? name)
  })
  expect(tables.size).toBeGreaterThan(20)
  expect(missingIn(await page('security/data.md'), [...tables, ...stores])).toEqual([])
})

test('the times of sessions are those that hold', async () => {
  const rows = (await page('features/identity.md')).matchAll(
    /\|\s+(\d+) minutes\s+\|\s+(\d+) hours\s+\|/g,
  )
  const times = [...rows].map(([, rest, longest]) => [Number(rest) * 60, Number(longest)])
  expect(times).toEqual([
    [SESSION.idle, MAX_HOURS.weekly],
    [SESSION.idle, MAX_HOURS.daily],
  ])
})

test('the words no password may be made of are listed', async () => {
  expect(missingIn(await page('features/identity.md'), WORDS)).toEqual([])
})

/** These go on with a session that is there. */
const RENEWALS = [
  'GET /api/auth/token',
  'POST /api/auth/switch-tenant',
  'DELETE /api/admin/impersonation',
]

test('every route that opens a session is in the table of ways to sign in, and no other', async () => {
  const { paths = {} } = createApp().getOpenAPI31Document({
    openapi: '3.1.0',
    info: { title: 't', version: '1' },
  })
  const operations = Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => {
      return { name: `${method.toUpperCase()} ${path}`, answers: JSON.stringify(operation) }
    }),
  )
  const opens = /#\/components\/schemas\/Session"|"303"/
  const openers = operations.flatMap(({ name, answers }) => (opens.test(answers) ? [name] : []))
  const text = await page('features/identity.md')
  const rows = text.slice(text.indexOf('| Way '), text.indexOf('A mailed link'))
  const named = rows.match(/(?<=`)[A-Z]+ \/api\/[^`]+(?=`)/g) ?? []
  expect(openers.filter((name) => !RENEWALS.includes(name)).toSorted()).toEqual(
    [...new Set(named)].toSorted(),
  )
})
