/**
 * What is kept of a turn whose conversation is the caller's own to keep, in Upstash: a day, for the caller
 * alone. Losing it costs a tool's call or, where the caller relies on it, a 404; never an answer.
 */
import { breakerOf } from '../../shared/breaker.ts'
import { ownerOf, type WithEnv } from '../../shared/context.ts'
import type { RedisEnv } from '../../shared/redis.ts'
import type { Found } from '../knowledge/service.ts'
import type { Kept } from './hosted.ts'

export type KeptTurn = Kept<Found['sources'][number]>

type KeptContext = WithEnv<RedisEnv>

const SECONDS = 86_400
/** Upstash takes requests of a megabyte; what is longer is not kept. */
const MOST_CHARACTERS = 900_000

function keyOf({ tenantId, actor }: KeptContext, turnId: string): string {
  const { userId, keyId } = ownerOf(actor)
  return `${tenantId}:turn:${userId === null ? `key:${keyId}` : `user:${userId}`}:${turnId}`
}

export async function keepTurn(ctx: KeptContext, turnId: string, kept: KeptTurn): Promise<void> {
  const text = JSON.stringify(kept)
  if (text.length > MOST_CHARACTERS) return
  await breakerOf(ctx.env).run(ctx, (redis) => redis.set(keyOf(ctx, turnId), text, { ex: SECONDS }))
}

/** Those that are the caller's and still there, by id. */
export async function readKept(
  ctx: KeptContext,
  turnIds: readonly string[],
): Promise<ReadonlyMap<string, KeptTurn>> {
  if (turnIds.length === 0) return new Map()
  const keys = turnIds.map((id) => keyOf(ctx, id))
  const texts = await breakerOf(ctx.env).run(ctx, (redis) => redis.mget<(string | null)[]>(keys))
  return new Map(
    turnIds.flatMap((id, at) => {
      const text = texts?.[at]
      return text ? [[id, readOne(text)] as const] : []
    }),
  )
}

/** Written by `keepTurn` alone, under a key of which the caller has no part but the id. */
const readOne = (text: string): KeptTurn => JSON.parse(text)
