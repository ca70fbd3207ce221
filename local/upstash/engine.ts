/**
 * The Redis server behind the REST endpoint: js-redis-server in this process, in memory. Built from
 * its parts because its own start function listens on every interface; this one must not.
 */
import { once } from 'node:events'
import {
  createRedisCommandExecutor,
  RedisServerState,
  resolveCompatibilityProfile,
  Resp2Server,
} from 'js-redis-server/core'

export interface Engine {
  /** redis://…, for any Redis client. */
  readonly url: string
  /** Ends once every client has left. */
  close(): Promise<void>
}

/** Starts the embedded engine on a free port of 127.0.0.1. */
export async function startEngine(): Promise<Engine> {
  const compatibility = resolveCompatibilityProfile('redis-8.0')
  const resp = new Resp2Server({
    server: new RedisServerState({ databaseCount: 16, compatibility }),
    executor: createRedisCommandExecutor({ compatibility }),
  })
  resp.server.listen(0, '127.0.0.1')
  await once(resp.server, 'listening')
  return { url: `redis://127.0.0.1:${resp.getPort()}`, close: () => resp.close() }
}
