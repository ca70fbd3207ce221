/**
 * OpenFeature's scenarios through both of its SDKs, whose providers speak OFREP to us; every answer on
 * the way is held against the published schemas.
 */
import * as server from '@openfeature/server-sdk'
import * as web from '@openfeature/web-sdk'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { ApiKeySecret } from '../../workers/identity/api-key-schemas.ts'
import { sessionOf, startIdentity } from '../http/identity-harness.ts'
import { serveLoopback } from './loopback.ts'
import { loadOfrepSchemas } from './ofrep-schemas.ts'
import { createStorage, serverSdk, webSdk } from './openfeature-clients.ts'
import { loadScenarios } from './openfeature-scenarios.ts'
import { runSteps } from './openfeature-steps.ts'

const scenarios = await loadScenarios()
const validate = await loadOfrepSchemas()

let app: Awaited<ReturnType<typeof startIdentity>>
let loopback: Awaited<ReturnType<typeof serveLoopback>>
let serverKey: string
let clientKey: string
/** What was wrong with answers. */
const faults: string[] = []

beforeAll(async () => {
  if (!scenarios) return
  vi.stubGlobal('localStorage', createStorage())
  app = await startIdentity()
  loopback = await serveLoopback(async (path, init) => {
    const response = await app.request(path, init)
    if (response.status !== 304) {
      faults.push(...(validate?.(response.status, await response.clone().json(), path) ?? []))
    }
    return response
  })
  const owner = (await sessionOf(await app.setUp())).accessToken
  for (const flag of scenarios.flags) {
    const made = await app.send('POST', '/api/admin/feature-flags', flag, owner)
    if (made.status !== 201) throw new Error(await made.text())
  }
  const makeKey = async (fields: object) => {
    const made = await app.send('POST', '/api/admin/api-keys', { name: 'Shop', ...fields }, owner)
    return (await made.json<ApiKeySecret>()).key
  }
  serverKey = await makeKey({ scopes: ['flag.evaluate'] })
  clientKey = await makeKey({ kind: 'client' })
})
afterAll(async () => {
  vi.unstubAllGlobals()
  await Promise.all([server.OpenFeature.clearProviders(), web.OpenFeature.clearProviders()])
  await app?.settle()
  await loopback?.close()
  await app?.close()
})

test('the scenarios are there, all of them', ({ skip }) => {
  skip(
    !scenarios,
    'evaluation_v2.feature is not beside this checkout; name its folder in OPENFEATURE_GHERKIN',
  )
  expect(scenarios?.pickles).toHaveLength(82)
})

const rows = (scenarios?.pickles ?? []).map((pickle) => {
  const asked = pickle.steps.find(({ text }) => text.includes('key'))
  return [`${pickle.name}: ${asked?.text ?? ''}`, pickle] as const
})

describe.each(['server', 'web'] as const)('OpenFeature’s %s SDK', (kind) => {
  test.for(rows)('%s', async ([, { steps, tags }], { skip }) => {
    const isTagged = (tag: string) => tags.some(({ name }) => name === tag)
    const isCached = isTagged('@reason-codes-cached')
    skip(kind === 'server' && isCached, 'the server provider keeps no answers')
    const sdk =
      kind === 'server'
        ? serverSdk({ url: loopback.url, key: serverKey }, isTagged('@reason-codes-disabled'))
        : webSdk({ url: loopback.url, key: clientKey }, isCached)
    await runSteps(steps, sdk)
    expect(faults.splice(0)).toEqual([])
  })
})
