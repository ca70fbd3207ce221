/**
 * Tells the edge that access tokens end before they expire. The session's row is gone by then, so
 * no new token is made; what the edge reads from here is about those already out.
 */
import { redisOf } from '../../../shared/redis.ts'
import { KEPT_MS, memberOf, type Revocation, REVOKED_KEY } from '../revocations.ts'
import type { IssuerContext } from './context.ts'

/**
 * Never throws: should Redis fail, the tokens end when they expire, within five minutes, and
 * permissions that must be fresh are refused at once all the same.
 */
export async function revoke(
  { env, log, now }: Pick<IssuerContext, 'env' | 'log' | 'now'>,
  revocations: readonly Revocation[],
): Promise<void> {
  const score = now().getTime()
  const [first, ...rest] = revocations.map((one) => ({ score, member: memberOf(one) }))
  if (!first) return
  try {
    await redisOf(env)
      .pipeline()
      .zadd(REVOKED_KEY, first, ...rest)
      .zremrangebyscore(REVOKED_KEY, 0, score - KEPT_MS)
      .pexpire(REVOKED_KEY, KEPT_MS)
      .exec()
  } catch (error) {
    log.error('revoked tokens could not be made known', { revocations, error })
  }
}

/** The same for sessions, by id. */
export const revokeSessions = (ctx: IssuerContext, ids: readonly string[]): Promise<void> =>
  revoke(
    ctx,
    ids.map((id) => ({ type: 'session', id })),
  )
