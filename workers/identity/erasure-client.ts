/** What a tenant leaves in storage and in Redis, and its removal. Every key begins with the tenant. */
import { type RedisEnv, redisOf } from '../../shared/redis.ts'

export interface RemainsEnv extends RedisEnv {
  readonly FILES: Pick<R2Bucket, 'list' | 'delete'>
}

/** Lists of a thousand objects per run; the rest goes a minute later. */
const MOST_LISTS = 20

/** Steps of a scan per run. Redis is shared by all tenants, so most steps find nothing. */
const MOST_STEPS = 500

/** @returns whether no object of the tenant is left */
export async function eraseFiles({ FILES }: RemainsEnv, tenantId: string): Promise<boolean> {
  for (let lists = 0; lists < MOST_LISTS; lists++) {
    const { objects } = await FILES.list({ prefix: `tenants/${tenantId}/` })
    if (objects.length === 0) return true
    await FILES.delete(objects.map(({ key }) => key))
  }
  return false
}

/**
 * What is missed ends by itself: no cached value outlives its five minutes.
 *
 * @throws Error when Redis does not answer
 */
export async function eraseCache(env: RemainsEnv, tenantId: string): Promise<void> {
  const redis = redisOf(env)
  const match = `${tenantId.replaceAll(/[\\*?[\]]/g, '\\$&')}:*`
  let cursor = '0'
  for (let steps = 0; steps < MOST_STEPS; steps++) {
    const [next, keys] = await redis.scan(cursor, { match, count: 1000 })
    if (keys.length > 0) await redis.unlink(...keys)
    cursor = next
    if (cursor === '0') return
  }
}
