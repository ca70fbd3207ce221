/**
 * A provider that refuses our key will refuse it until somebody gives us another: those who run the platform are
 * told, by an entry in the platform's audit log and by mail, once an hour however many calls it refuses.
 */
import { breakerOf } from '../../shared/breaker.ts'
import type { WithEnv } from '../../shared/context.ts'
import type { RedisEnv } from '../../shared/redis.ts'
import { type AuditContext, PLATFORM, recordAudit } from '../audit/service.ts'

export type AlertContext = AuditContext &
  WithEnv<
    RedisEnv & {
      readonly IDENTITY: {
        /** Mails those who run the platform. */
        alertRefusedKey(provider: string): Promise<void>
      }
    }
  >

const HOUR_MS = 3_600_000

/** Whether this is the first time within the hour. KEYS: the mark. ARGV: milliseconds. */
const MARK = `
if redis.call('SET', KEYS[1], '1', 'NX', 'PX', ARGV[1]) then return 1 end
return 0`

/** Hosts this isolate has told of, and when. */
const told = new WeakMap<RedisEnv, Map<string, number>>()

/** Leaves behind the answer; never throws. @param provider Its host. */
export function alertRefusedKey(ctx: AlertContext, provider: string): void {
  const marks = told.get(ctx.env) ?? new Map<string, number>()
  told.set(ctx.env, marks)
  const now = ctx.now().getTime()
  if (now - (marks.get(provider) ?? 0) < HOUR_MS) return
  marks.set(provider, now)
  ctx.defer(tell(ctx, provider))
}

async function tell(ctx: AlertContext, provider: string): Promise<void> {
  const isFirst = await breakerOf(ctx.env).run(ctx, (redis) =>
    redis.eval(MARK, [`alert:key-refused:${provider}`], [String(HOUR_MS)]),
  )
  // Without Upstash each isolate tells once: rather too often than never.
  if (isFirst !== null && Number(isFirst) === 0) return
  recordAudit(ctx, 'provider.refused', {
    tenantId: PLATFORM,
    actor: { type: 'system', job: 'assistant' },
    outcome: 'failed',
    resource: { type: 'provider', id: provider },
  })
  await ctx.env.IDENTITY.alertRefusedKey(provider)
}
