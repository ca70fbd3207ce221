/** Environments of flags for tests of their hubs, one for each test, and sockets that listen to them. */
import { env } from 'cloudflare:test'
import { withTenant } from '../../shared/database.ts'
import { sha256Hex } from '../../shared/digest.ts'
import { traceparentOf } from '../../shared/trace.ts'
import { edgeContext } from '../../workers/edge-context.ts'
import { connectHub } from '../../workers/flags/hub-client.ts'
import { flagEnvironments, flagOutbox, flagSnapshots } from '../../workers/flags/tables.ts'

export const ctx = edgeContext(env, {
  tenantId: 'acme',
  actor: { type: 'system', job: 'test' },
  requestId: 'test',
  traceparent: traceparentOf(undefined),
  waitUntil: () => {},
})

/** An environment of its own for each test, with one snapshot. */
export async function place() {
  const [tenantId, environment] = ['acme', `hub-${crypto.randomUUID()}`]
  const [createdAt, updatedAt] = [new Date(), new Date()]
  const row = { tenantId, name: environment, description: '', createdAt, updatedAt }
  await withTenant(ctx).batch((tx) => [tx.insert(flagEnvironments).values(row)])
  await publish(environment, 1)
  return { tenantId, environment }
}

export async function publish(environment: string, version: number, payload = payloadOf(version)) {
  const row = { tenantId: 'acme', environment, version, createdAt: new Date() }
  const sha256 = await sha256Hex(payload)
  await withTenant(ctx).batch((tx) => [
    tx.insert(flagSnapshots).values({ ...row, sha256, payload }),
    tx.insert(flagOutbox).values(row),
  ])
}

export const payloadOf = (version: number) =>
  JSON.stringify({ features: { flag: { defaultValue: version } }, savedGroups: {}, flags: {} })

export type At = Awaited<ReturnType<typeof place>>

export async function listen(at: At, since: number) {
  const socket = await connectHub(env, at, since)
  const versions: number[] = []
  socket.addEventListener('message', ({ data }) => {
    versions.push(Number(JSON.parse(String(data)).version))
  })
  return { socket, versions }
}
