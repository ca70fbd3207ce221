import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { checkPrerequisites, parseDeployArgs } from '../../../operations/deploy.ts'

const database = { MIGRATION_DATABASE_URL: 'postgres://owner:pw@db.test/voiceassist' }
const token = { CLOUDFLARE_API_TOKEN: 'token' }
const stranger = async () => 'You are not authenticated. Please run `wrangler login`.'
const known = async () =>
  'You are logged in with an OAuth Token, associated with the email ada@example.com.'

test.each([
  [['--env', 'staging'], { environment: 'staging', dryRun: false }],
  [['--dry-run', '--env=production'], { environment: 'production', dryRun: true }],
])('%j is understood', (args, options) => {
  expect(parseDeployArgs(args)).toEqual(options)
})

test.each([[[]], [['--env', 'local']], [['--dry-run']], [['--env']], [['--force']], [['staging']]])(
  '%j is refused',
  (args) => {
    expect(() => parseDeployArgs(args)).toThrow(/--env|--force|staging/)
  },
)

test.each([
  ['a token', { ...database, ...token }, stranger],
  ['a browser login', database, known],
])('with a database and %s a deployment may begin', async (_name, env, whoami) => {
  expect(await checkPrerequisites(env, whoami)).toMatchObject({
    databaseUrl: database.MIGRATION_DATABASE_URL,
  })
})

test.each([
  ['the database', { ...token }, stranger, [/MIGRATION_DATABASE_URL/], /CLOUDFLARE/],
  [
    'the account',
    { ...database },
    stranger,
    [/CLOUDFLARE_API_TOKEN/, /wrangler login/],
    /MIGRATION/,
  ],
  ['both', {}, stranger, [/MIGRATION_DATABASE_URL/, /CLOUDFLARE_API_TOKEN/], /^$/],
])('without %s it is said, and that nothing was changed', async (_name, env, whoami, says, not) => {
  const error: unknown = await checkPrerequisites(env, whoami).catch((thrown: unknown) => thrown)
  for (const expected of [...says, /Nothing was changed/, /--dry-run/]) {
    expect(String(error)).toMatch(expected)
  }
  expect(String(error)).not.toMatch(not)
})

test('the command ends with a clear message and a failure, not with a stack', () => {
  const script = join(import.meta.dirname, '../../../operations/deploy.ts')
  const { status, stderr } = spawnSync(process.execPath, [script, '--env', 'moon'], {
    encoding: 'utf8',
  })
  expect([status, stderr]).toEqual([
    1,
    'Say where to: npm run deploy -- --env staging (or production).\n',
  ])
})
