/** API keys for tests: an owner who manages them, and programs that use them. */
import { expect, vi } from 'vitest'
import { connect } from '../../operations/database/connection.ts'
import type { ApiKeySecret } from '../../workers/identity/api-key-schemas.ts'
import { sessionOf, startIdentity } from './identity-harness.ts'

export const PATH = '/api/admin/api-keys'
export const HOUR = 3_600_000

export async function startKeys() {
  const app = await startIdentity()
  const { accessToken: owner, tenant } = await sessionOf(await app.setUp())

  const sql = (text: string, values: unknown[] = []) =>
    connect(app.database.owner).query(text, values)

  /** As the named credential, the owner's unless told. */
  const call = (method: string, path: string, body?: unknown, credential = owner) =>
    app.send(method, path, body, credential)

  async function make(body: Record<string, unknown> = {}): Promise<ApiKeySecret> {
    const given = { name: 'Nightly import', scopes: ['flag.read'], ...body }
    const response = await call('POST', PATH, given)
    expect([response.status, response.headers.get('cache-control')]).toEqual([201, 'no-store'])
    return response.json()
  }

  async function rotate(id: string, body: object): Promise<ApiKeySecret> {
    const response = await call('POST', `${PATH}/${id}/rotate`, body)
    expect(response.status).toBe(200)
    return response.json()
  }

  /** The status the edge answers a request with the key. */
  const use = async (key: string, path = '/api/admin/feature-flags') =>
    (await app.request(path, { headers: { authorization: `Bearer ${key}` } })).status

  return { app, tenantId: tenant.id, sql, call, make, rotate, use }
}

/** Stops the clock that many milliseconds from now. Only dates: the database's driver needs its timers. */
export const advance = (ms: number) => {
  const now = Date.now()
  vi.useFakeTimers({ toFake: ['Date'], now: now + ms })
}
