/** What is deployed holds no secret, and each secret reaches only the Worker that needs it. */
import { expect, test } from 'vitest'
import { unstable_readConfig } from 'wrangler'
import { WORKERS } from '../../../operations/bundle.ts'

const ENVIRONMENTS = [undefined, 'staging', 'production']
const read = (config: string, env?: string) =>
  unstable_readConfig({ config, ...(env && { env }) }, { hideWarnings: true })
const deployed = WORKERS.flatMap(({ worker, config }) =>
  ENVIRONMENTS.map((env) => ({ worker, env, ...read(config, env) })),
)

test('no secret of a Worker stands in its configuration', () => {
  const secrets = new Set(deployed.flatMap((config) => config.secrets?.required ?? []))
  expect(secrets.size).toBeGreaterThan(8)
  for (const { name, vars } of deployed) {
    const named = Object.keys(vars).filter(
      (key) => secrets.has(key) || /SECRET|TOKEN|KEY/.test(key),
    )
    // Random enough to be one: long, with digits and letters, and no address or name of a model.
    const random = Object.values(vars).filter((value) =>
      /^(?=.*\d)(?=.*[a-z])[\w+/=]{24,}$/i.test(String(value)),
    )
    expect([name, named, random]).toEqual([name, [], []])
  }
})

test('what signs and what hashes is known to the identity Worker alone', () => {
  for (const name of ['AUTH_SECRET', 'PASSWORD_PEPPER', 'SETUP_TOKEN', 'AUTH_DATABASE_URL']) {
    const holders = deployed.filter(({ secrets }) => secrets?.required?.includes(name))
    expect([name, ...new Set(holders.map(({ worker }) => worker))]).toEqual([name, 'identity'])
  }
})

test('only what was built is served', () => {
  const served = deployed.map(({ worker, assets }) => `${worker} ${assets?.directory ?? 'nothing'}`)
  expect([...new Set(served)]).toEqual(['identity nothing', 'indexer nothing', 'edge dist/assets'])
})

test('production logs no details and has no address of a laptop', () => {
  const production = deployed.filter(({ env }) => env === 'production')
  expect(production.map(({ vars }) => vars['ENVIRONMENT'])).toEqual(Array(3).fill('production'))
  expect(production.map(({ vars }) => vars['LOG_LEVEL'])).toEqual(Array(3).fill('info'))
  const values = production.flatMap(({ vars }) => Object.values(vars).map(String))
  expect(values.filter((value) => /localhost|127\.0\.0\.1|http:/.test(value))).toEqual([])
})
