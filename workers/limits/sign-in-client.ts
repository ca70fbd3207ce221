/**
 * Attempts to sign in, counted in Upstash: one script, so that of many attempts at once no two see
 * the same count. Accounts and addresses stand there as hashes.
 */
import { type BreakerContext, breakerOf } from '../../shared/breaker.ts'
import { sha256Hex } from '../../shared/digest.ts'
import { SIGN_IN, WAITS } from './sign-in.ts'

export interface Attempt {
  /** As typed, in lower case; whether there is such an account makes no difference. */
  email: string
  address: string | undefined
}

/**
 * KEYS: the account; and where an address is known, the address, the mark that this account's owner
 * signs in from there, and the count for the two together, which then stands for the account's.
 */
const COUNTED = `
local counted = { KEYS[1] }
if #KEYS == 4 then
  if redis.call('EXISTS', KEYS[3]) == 1 then counted[1] = KEYS[4] end
  counted[2] = KEYS[2]
end`

/** ARGV: now, whether waits are skipped, free attempts, forgetting in ms, then the waits in ms. */
const TAKE = `${COUNTED}
local now = tonumber(ARGV[1])
local free = tonumber(ARGV[3])
local wait = 0
for _, key in ipairs(counted) do
  local open = tonumber(redis.call('HGET', key, 'open') or '0')
  if open - now > wait then wait = open - now end
end
if wait > 0 and ARGV[2] == '0' then return wait end
for _, key in ipairs(counted) do
  local count = redis.call('HINCRBY', key, 'count', 1)
  local rest = 0
  if count >= free then
    local step = count - free + 1
    if step > #ARGV - 4 then step = #ARGV - 4 end
    rest = tonumber(ARGV[4 + step])
  end
  redis.call('HSET', key, 'open', now + rest)
  redis.call('PEXPIRE', key, tonumber(ARGV[4]) + rest)
end
return 0`

/** Whether the account's own count makes wait, and this is the first time that is asked. ARGV: now. */
const NOTICE = `${COUNTED}
local open = tonumber(redis.call('HGET', counted[1], 'open') or '0')
if open <= tonumber(ARGV[1]) then return 0 end
return redis.call('HSETNX', counted[1], 'noticed', '1')`

/** Gives one attempt back to each count. ARGV: free attempts. */
const GIVE_BACK = `${COUNTED}
for _, key in ipairs(counted) do
  if redis.call('EXISTS', key) == 1 then
    local count = redis.call('HINCRBY', key, 'count', -1)
    if count < tonumber(ARGV[1]) then redis.call('HSET', key, 'open', 0) end
  end
end
return counted[1]`

/** The same, and the account's count ends; the address is the owner's. ARGV also: seconds. */
const FORGIVE = `${GIVE_BACK.replace('return counted[1]', '')}
redis.call('DEL', counted[1])
if #KEYS == 4 then redis.call('SET', KEYS[3], '1', 'EX', ARGV[2]) end
return 0`

/**
 * Counts an attempt, unless it must wait.
 *
 * @param skipWait For who solved a challenge.
 * @returns milliseconds to wait, 0 when the attempt may be made; null when Upstash does not answer
 */
export async function takeAttempt(
  ctx: BreakerContext,
  attempt: Attempt,
  skipWait: boolean,
): Promise<number | null> {
  const keys = await keysOf(attempt)
  const numbers = [SIGN_IN.free, SIGN_IN.forgetSeconds * 1000, ...WAITS.map((s) => s * 1000)]
  const values = [ctx.now().getTime(), skipWait ? 1 : 0, ...numbers].map(String)
  return evaluate<number>(ctx, TAKE, keys, values)
}

/**
 * Whether attempts on this account just began to wait: true for one caller until all is forgotten.
 * Never throws.
 */
export async function isFirstWait(ctx: BreakerContext, attempt: Attempt): Promise<boolean> {
  const now = String(ctx.now().getTime())
  return Number(await evaluate<unknown>(ctx, NOTICE, await keysOf(attempt), [now])) === 1
}

/** An attempt that was not judged does not count. Never throws. */
export async function giveBackAttempt(ctx: BreakerContext, attempt: Attempt): Promise<void> {
  const keys = await keysOf(attempt)
  const values = [String(SIGN_IN.free)]
  await evaluate(ctx, GIVE_BACK, keys, values)
}

/**
 * After a success. The address gets its one attempt back and no more: who has an account of their
 * own could otherwise sign in to it now and then and guess at others for ever. Never throws.
 */
export async function forgiveAttempts(ctx: BreakerContext, attempt: Attempt): Promise<void> {
  const keys = await keysOf(attempt)
  const values = [SIGN_IN.free, SIGN_IN.knownSeconds].map(String)
  await evaluate(ctx, FORGIVE, keys, values)
}

const evaluate = <Result>(ctx: BreakerContext, script: string, keys: string[], values: string[]) =>
  breakerOf(ctx.env).run(
    ctx,
    (redis) => redis.eval<string[], Result>(script, keys, values),
    'count',
  )

async function keysOf({ email, address }: Attempt): Promise<string[]> {
  const account = await sha256Hex(email)
  if (!address) return [`sign-in:account:${account}`]
  const [place, pair] = await Promise.all([sha256Hex(address), sha256Hex(`${email} ${address}`)])
  return [
    `sign-in:account:${account}`,
    `sign-in:address:${place}`,
    `sign-in:known:${pair}`,
    `sign-in:pair:${pair}`,
  ]
}
