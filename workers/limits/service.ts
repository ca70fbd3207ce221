/**
 * Limits as other features meet them: `limited` beside a route's guard, the flood limit in front of
 * everything, and the throttle of sign-in. What is allowed is policy.ts, plans.ts and sign-in.ts.
 */
import type { RouteConfig } from '@hono/zod-openapi'
import { createMiddleware } from 'hono/factory'
import type { BreakerContext } from '../../shared/breaker.ts'
import type { Actor, Client, WithEnv } from '../../shared/context.ts'
import { ProblemError } from '../../shared/errors.ts'
import { type AppEnv, problems } from '../../shared/http.ts'
import { type MetricsEnv, metricsOf } from '../../shared/metrics.ts'
import type { RedisEnv } from '../../shared/redis.ts'
import { addressOf } from './address.ts'
import { countRequest } from './limit-client.ts'
import { FLOOD, type Rate, RUM } from './plans.ts'
import {
  describeRefusal,
  headersOf,
  isClosedWhenDown,
  type LimitName,
  type LimitSettings,
  refusalOf,
  rulesOf,
  type Subjects,
} from './policy.ts'
import {
  type Attempt,
  forgiveAttempts,
  giveBackAttempt,
  isFirstWait,
  takeAttempt,
} from './sign-in-client.ts'
import { describeWait, isSignedIn, isUnjudged, SIGN_IN } from './sign-in.ts'
import { hasChallenge, isSolved, type TurnstileEnv } from './turnstile-client.ts'

export type LimitEnv = RedisEnv & LimitSettings
export type LimitContext = WithEnv<LimitEnv>

export interface FloodEnv extends MetricsEnv {
  readonly FLOOD_LIMIT: { limit(options: { key: string }): Promise<{ success: boolean }> }
}

type SetHeader = (name: string, value: string) => void

/**
 * Counts the route's requests per caller and per tenant, after its guard has let them in:
 * `limited('ask', secured('rag.query', createRoute(…)))`. Costs one call to Upstash, so only routes
 * that are costly or sensitive have it.
 */
export function limited<R extends RouteConfig>(name: LimitName, route: R): R {
  const limiter = createMiddleware<AppEnv<LimitContext>>(async (c, next) => {
    await meter(c, name)
    await next()
  })
  const middleware = [...[route.middleware ?? []].flat(), limiter]
  const responses = { ...problems('rate_limited', 'dependency_down'), ...route.responses }
  return Object.assign(route, { middleware, responses, 'x-rate-limit': name })
}

/** What of a request's Hono context is needed to count it. */
export interface Metered {
  readonly var: { readonly ctx: LimitContext }
  readonly header: SetHeader
}

/**
 * Counts one request now. For a route that cannot be `limited`, because the identity Worker mounts
 * its contract too and must not hold the limiter.
 *
 * @throws ProblemError rate_limited; dependency_down where nothing may pass uncounted
 */
export function meter({ var: { ctx }, header }: Metered, name: LimitName): Promise<void> {
  const subjects = { tenant: ctx.tenantId, caller: callerOf(ctx.actor) }
  const { RATE_PLAN, ADMIN_RATE_LIMIT, TWILIO_RATE_LIMIT } = ctx.env
  const settings = { RATE_PLAN: ctx.plan ?? RATE_PLAN, ADMIN_RATE_LIMIT, TWILIO_RATE_LIMIT }
  return count(ctx, { name, settings }, subjects, (field, value) => header(field, value))
}

function callerOf(actor: Actor): string {
  switch (actor.type) {
    case 'user':
      return actor.userId
    case 'key':
      return actor.keyId
    case 'system':
      return actor.job
  }
}

/**
 * What becomes of a request to administration without a valid token: its `refusal` in general,
 * rate_limited when its address sent too many. With a token nothing of this is counted.
 *
 * @throws ProblemError always
 */
export async function refuseStranger(
  ctx: BreakerContext & { env: LimitEnv },
  { path, headers, setHeader }: { path: string; headers: Headers; setHeader: SetHeader },
  refusal: unknown,
): Promise<never> {
  const isStranger = refusal instanceof ProblemError && refusal.code === 'unauthenticated'
  const address = addressOf(headers)
  if (isStranger && address && /^(\/api)?\/admin\//.test(path)) {
    await count(ctx, { name: 'stranger', settings: ctx.env }, { address }, setHeader)
  }
  throw refusal
}

/** @throws ProblemError rate_limited; dependency_down where nothing may pass uncounted */
async function count(
  ctx: BreakerContext & { env: LimitEnv },
  { name, settings }: { name: LimitName; settings: LimitSettings },
  subjects: Subjects,
  setHeader: SetHeader,
): Promise<void> {
  const standings = await countRequest(ctx, rulesOf(name, settings, subjects))
  if (!standings) {
    if (isClosedWhenDown(name)) throw cannotCount()
    return
  }
  for (const [field, value] of Object.entries(headersOf(standings))) setHeader(field, value)
  const refusal = refusalOf(standings)
  if (!refusal) return
  const { resetSeconds } = refusal
  ctx.log.warn('rate limit reached', { limit: refusal.rule.name })
  ctx.metrics.inc('voiceassist_ratelimit_rejected_total', { scope: refusal.rule.subject })
  throw new ProblemError('rate_limited', describeRefusal(refusal), {
    retryAfterSeconds: resetSeconds,
  })
}

/**
 * The first thing a request meets: so many per address, counted at the Cloudflare location itself.
 *
 * @throws ProblemError rate_limited
 */
export async function refuseFlood(env: FloodEnv, headers: Headers): Promise<void> {
  const key = addressOf(headers)
  if (!key || (await env.FLOOD_LIMIT.limit({ key })).success) return
  throw tooMany(env, 'flood', FLOOD)
}

export interface RumLimitEnv extends MetricsEnv {
  readonly RUM_LIMIT: FloodEnv['FLOOD_LIMIT']
}

/** The same for reports of browsers, which nobody has to sign. @throws ProblemError rate_limited */
export async function refuseReports(env: RumLimitEnv, headers: Headers): Promise<void> {
  const key = addressOf(headers)
  if (!key || (await env.RUM_LIMIT.limit({ key })).success) return
  throw tooMany(env, 'rum', RUM)
}

function tooMany(env: MetricsEnv, scope: 'flood' | 'rum', { limit, windowSeconds }: Rate) {
  metricsOf(env).inc('voiceassist_ratelimit_rejected_total', { scope })
  const detail = `At most ${limit} requests in ${windowSeconds} s from one address.`
  return new ProblemError('rate_limited', detail, { retryAfterSeconds: windowSeconds })
}

interface NoticeEnv {
  readonly IDENTITY: {
    /** Tells the log of the account's tenants that guessing at it is slowed down. */
    noteLockout(email: string, client: Client): Promise<void>
  }
}

export type SignInContext = BreakerContext & {
  env: RedisEnv & TurnstileEnv & NoticeEnv
  client: Client
  waitUntil: (work: Promise<unknown>) => void
}

/**
 * Lets an attempt to sign in begin. It is asked on the edge, before the identity Worker is: hashing
 * a password there costs 250 ms of CPU, and the edge is next to Upstash.
 *
 * @returns to be called with the status the attempt had; never throws then
 * @throws ProblemError rate_limited with the wait; dependency_down while nobody can count
 */
export async function beginSignIn(
  ctx: SignInContext,
  { email, turnstileToken }: { email: string; turnstileToken?: string | undefined },
  headers: Headers,
): Promise<(status: number) => Promise<void>> {
  const attempt = { email, address: addressOf(headers) }
  let waitMs = await takeAttempt(ctx, attempt, false)
  if (waitMs && turnstileToken && (await isSolved(ctx, turnstileToken, attempt.address))) {
    waitMs = await takeAttempt(ctx, attempt, true)
  }
  if (waitMs === null) throw cannotCount()
  if (waitMs > 0) {
    ctx.waitUntil(noticeWait(ctx, attempt))
    throw await slowDown(ctx, Math.ceil(waitMs / 1000))
  }
  return async (status) => {
    if (isSignedIn(status)) await forgiveAttempts(ctx, attempt)
    else if (isUnjudged(status)) await giveBackAttempt(ctx, attempt)
  }
}

async function slowDown(ctx: SignInContext, seconds: number): Promise<ProblemError> {
  const { env, log, metrics } = ctx
  metrics.inc('voiceassist_ratelimit_rejected_total', { scope: 'sign_in' })
  log.warn('sign-in slowed down', { seconds, free: SIGN_IN.free })
  const detail = describeWait(seconds, await hasChallenge(env))
  return new ProblemError('rate_limited', detail, { retryAfterSeconds: seconds })
}

async function noticeWait(ctx: SignInContext, attempt: Attempt): Promise<void> {
  try {
    if (await isFirstWait(ctx, attempt))
      await ctx.env.IDENTITY.noteLockout(attempt.email, ctx.client)
  } catch (error) {
    ctx.log.error('a lockout could not be recorded', { error })
  }
}

/** What of a request's Hono context is needed to count it before anybody is known to be asking. */
export interface Unknown {
  readonly env: LimitEnv & MetricsEnv
  readonly var: { readonly log: BreakerContext['log'] }
  readonly req: { readonly raw: Request }
  readonly header: SetHeader
}

/**
 * Counts a request about an account by its address: signing up and recovery cost a hash or a mail,
 * and there is no caller to count.
 *
 * @throws ProblemError rate_limited; dependency_down while nobody can count
 */
export function meterAddress({ env, var: { log }, req, header }: Unknown): Promise<void> {
  const address = addressOf(req.raw.headers)
  const ctx = { env, log, metrics: metricsOf(env), now: () => new Date() }
  const limit = { name: 'account', settings: env } as const
  return count(ctx, limit, address ? { address } : {}, (field, value) => header(field, value))
}

const cannotCount = () =>
  new ProblemError('dependency_down', 'Requests cannot be counted now. Try again shortly.', {
    retryAfterSeconds: 5,
  })
