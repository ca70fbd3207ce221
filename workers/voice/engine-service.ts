/**
 * Which engine carries out an effect, and what follows when it fails: relay → cascade → text, inside the
 * running session. What failed several times is left alone for a while, here and, through Upstash, in
 * the sessions that begin elsewhere.
 */
import type { RedisEnv } from '../../shared/redis.ts'
import { type GateContext, sharedGate } from '../../shared/shared-gate.ts'
import type { Engine, Measured, Outcome } from './engine.ts'
import { cascade, type CascadeContext, isConversation } from './perform.ts'
import { createRelay, type RelayContext } from './relay-service.ts'
import type { SlowEffect } from './session.ts'

interface EngineEnv extends RedisEnv {
  readonly VOICE_ENGINE: string
}
export type EngineContext = RelayContext &
  CascadeContext &
  Pick<GateContext, 'defer'> & { readonly env: EngineEnv }

type Performing = Parameters<Engine<EngineContext>['perform']>

/** What all isolates know of a model at its provider. */
function gateOf(ctx: EngineContext, part: 'relay' | 'speech') {
  const { OPENAI_BASE_URL, REALTIME_MODEL, SPEECH_MODEL } = ctx.env
  const model = part === 'relay' ? REALTIME_MODEL : SPEECH_MODEL
  return sharedGate(ctx, 'openai', `${part}:${new URL(OPENAI_BASE_URL).host}:${model}`)
}

/** One for each session; it holds the connection upstream. */
export function createEngine(relay: Engine<RelayContext> = createRelay()): Engine<EngineContext> {
  async function mayRelay(ctx: EngineContext, effect: SlowEffect): Promise<boolean> {
    if (ctx.env.VOICE_ENGINE !== 'relay' || !suits(effect)) return false
    // A dial that fails takes longer than to ask what others have seen.
    return await gateOf(ctx, 'relay').isOpenTo({ isPatient: true })
  }

  async function* relayed(...given: Performing): AsyncGenerator<Outcome | Measured> {
    const [ctx, effect, , signal] = given
    const gate = gateOf(ctx, 'relay')
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
      gate.fail()
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
  const gate = gateOf(ctx, 'speech')
  const { turn, clause } = effect
  let hasBegun = false
  if (await gate.isOpenTo()) {
    try {
      for await (const outcome of cascade.perform(...given)) {
        hasBegun = true
        yield outcome
      }
      gate.succeed()
      return
    } catch (error) {
      if (signal.aborted || isOverBudget(error)) throw error
      gate.fail()
      ctx.log.warn('speech failed', { error, next: 'text' })
      yield { type: 'failed_over', to: 'text' }
    }
  }
  if (!hasBegun) yield { type: 'unspoken', turn, clause }
  yield { type: 'clause_spoken', turn }
}

const isOverBudget = (error: unknown) =>
  error instanceof Error && 'code' in error && error.code === 'budget_exceeded'
