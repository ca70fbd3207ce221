/**
 * Which engine carries out an effect, and what follows when it fails: relay → cascade → text, inside the
 * running session. What failed several times is left alone for a while, here and, through Upstash, in
 * the sessions that begin elsewhere.
 */
import { breakerOf, createGate, type Gate } from '../../shared/breaker.ts'
import type { RedisEnv } from '../../shared/redis.ts'
import type { Engine, Measured, Outcome } from './engine.ts'
import { cascade, type CascadeContext, isConversation } from './perform.ts'
import { createRelay, type RelayContext } from './relay-service.ts'
import type { SlowEffect } from './session.ts'

interface EngineEnv extends RedisEnv {
  readonly VOICE_ENGINE: string
}
export type EngineContext = RelayContext & CascadeContext & { readonly env: EngineEnv }

type Performing = Parameters<Engine<EngineContext>['perform']>

const GATE = { failures: 2, openMs: 30_000 }
const shutOf = ({ env }: EngineContext) => `voice:relay:shut:${env.REALTIME_MODEL}`

const gates = new WeakMap<object, { relay: Gate; speech: Gate }>()

function gatesOf(env: object) {
  const known = gates.get(env) ?? { relay: createGate(GATE), speech: createGate(GATE) }
  gates.set(env, known)
  return known
}

/** One for each session; it holds the connection upstream. */
export function createEngine(relay: Engine<RelayContext> = createRelay()): Engine<EngineContext> {
  /** Whether another isolate has found the relay broken; asked once a session. */
  let shut: Promise<boolean> | undefined

  async function mayRelay(ctx: EngineContext, effect: SlowEffect): Promise<boolean> {
    if (ctx.env.VOICE_ENGINE !== 'relay' || !suits(effect)) return false
    shut ??= breakerOf(ctx.env)
      .run(ctx, (redis) => redis.exists(shutOf(ctx)))
      .then((found) => found === 1)
    return !(await shut) && gatesOf(ctx.env).relay.isOpenTo(ctx.now())
  }

  async function* relayed(...given: Performing): AsyncGenerator<Outcome | Measured> {
    const [ctx, effect, , signal] = given
    const gate = gatesOf(ctx.env).relay
    let hasBegun = false
    try {
      for await (const outcome of relay.perform(...given)) {
        hasBegun = true
        yield outcome
      }
      gate.succeed()
      return
    } catch (error) {
      if (signal.aborted || isOverBudget(error)) throw error
      relay.close()
      if (gate.fail(ctx.now())) tellOthers(ctx)
      ctx.log.warn('the speech model failed', { effect: effect.type, error, next: 'cascade' })
      // Half a reply in another voice is worse than none.
      if (hasBegun) throw error
    }
    yield { type: 'failed_over', to: 'cascade' }
    yield* cascade.perform(...given)
  }

  return {
    name: 'relay',
    close: () => relay.close(),
    async *perform(...given) {
      const [ctx, effect] = given
      if (effect.type === 'speak') yield* spoken(...given)
      else if (await mayRelay(ctx, effect)) yield* relayed(...given)
      else yield* cascade.perform(...given)
    },
  }
}

/** An answer with proof is read before it is said, and so is not for a model that speaks by itself. */
const suits = (effect: SlowEffect): boolean =>
  effect.type === 'transcribe'
    ? effect.isConversation
    : effect.type === 'answer' && isConversation(effect)

/** Words that cannot be spoken are shown: the reply goes on in writing. */
async function* spoken(...given: Performing): AsyncGenerator<Outcome | Measured> {
  const [ctx, effect, , signal] = given
  if (effect.type !== 'speak') return
  const gate = gatesOf(ctx.env).speech
  const { turn, clause } = effect
  let hasBegun = false
  if (gate.isOpenTo(ctx.now())) {
    try {
      for await (const outcome of cascade.perform(...given)) {
        hasBegun = true
        yield outcome
      }
      gate.succeed()
      return
    } catch (error) {
      if (signal.aborted || isOverBudget(error)) throw error
      gate.fail(ctx.now())
      ctx.log.warn('speech failed', { error, next: 'text' })
      yield { type: 'failed_over', to: 'text' }
    }
  }
  if (!hasBegun) yield { type: 'unspoken', turn, clause }
  yield { type: 'clause_spoken', turn }
}

function tellOthers(ctx: EngineContext): void {
  ctx.defer(
    breakerOf(ctx.env).run(ctx, (redis) => redis.set(shutOf(ctx), '1', { px: GATE.openMs })),
  )
}

const isOverBudget = (error: unknown) =>
  error instanceof Error && 'code' in error && error.code === 'budget_exceeded'
