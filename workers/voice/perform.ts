/**
 * The engine `cascade`: transcription, an answer from the knowledge base, speech. It carries out a
 * session's slow effects and yields what they bring, as it comes, as events for `step`.
 */
import {
  type AssistantContent,
  converse,
  type SpeakContext,
  type SpokenRequest,
} from '../assistant/service.ts'
import { requireModels } from '../flags/client-service.ts'
import { answerQuestion } from '../knowledge/service.ts'
import type { Bill } from '../usage/service.ts'
import { writerOf } from './audio-format.ts'
import type { Engine, Measured, Outcome } from './engine.ts'
import { msOfBytes, msOfSamples } from './pcm.ts'
import type { SlowEffect } from './session.ts'
import { type SpeechContext, synthesize, transcribe } from './speech-client.ts'

export type CascadeContext = SpeakContext &
  SpeechContext & {
    readonly bill: Bill
    /** The tenant's own assistant that answers the session; undefined: ours. */
    readonly assistant?: AssistantContent | undefined
  }

type AnswerEffect = Extract<SlowEffect, { type: 'answer' }>

export const cascade: Engine<CascadeContext> = {
  name: 'cascade',
  perform,
  close: () => undefined,
}

async function* perform(
  ctx: CascadeContext,
  effect: SlowEffect,
  utterance: Int16Array<ArrayBuffer>,
  signal: AbortSignal,
): AsyncGenerator<Outcome | Measured> {
  if (effect.type !== 'finish') await requireModels(ctx)
  switch (effect.type) {
    case 'transcribe': {
      const { itemId, hints, pause } = effect
      const text = await transcribe(ctx, utterance, hints, signal)
      const heard = { text, seconds: msOfSamples(utterance.length) / 1000 }
      if (pause === null) yield { type: 'transcribed', itemId, ...heard }
      else yield { type: 'heard_so_far', pause, ...heard }
      break
    }
    case 'answer':
      yield* answer(ctx, effect, signal)
      break
    case 'speak':
      yield* speak(ctx, effect, signal)
      break
    case 'finish':
      yield { type: 'reply_spoken', turn: effect.turn }
  }
}

async function* speak(
  ctx: CascadeContext,
  effect: Extract<SlowEffect, { type: 'speak' }>,
  signal: AbortSignal,
): AsyncGenerator<Outcome> {
  const { turn, clause } = effect
  const write = writerOf(effect.format)
  for await (const piece of synthesize(ctx, effect, signal)) {
    const ms = msOfBytes(piece.length)
    yield { type: 'audio', turn, clause, base64: write(piece), ms }
  }
  yield { type: 'clause_spoken', turn }
}

async function* answer(
  ctx: CascadeContext,
  effect: AnswerEffect,
  signal: AbortSignal,
): AsyncGenerator<Outcome | Measured> {
  const { turn, question, history } = effect
  ctx.metrics.inc('messages_sent_total', { conversation_type: 'voice' })
  if (ctx.assistant || isConversation(effect)) {
    return yield* talk(ctx, effect, signal)
  }
  for await (const event of answerQuestion(ctx, { question, history }, signal)) {
    switch (event.type) {
      case 'found':
        break
      case 'delta':
        yield { type: 'answer_delta', turn, text: event.text }
        break
      case 'citation':
        yield { type: 'cited', turn, citation: event.citation }
        break
      case 'done':
        yield { type: 'measured', timings: event.answer.timings }
        yield { type: 'answer_ended', turn, usage: event.answer.usage, calls: [] }
    }
  }
}

/** Whether more is wanted than an answer with proof. */
export const isConversation = ({
  instructions,
  tools,
  platformTools,
  exchanges,
  searches,
}: AnswerEffect) =>
  instructions !== '' ||
  !searches ||
  [tools, platformTools, exchanges].some(({ length }) => length > 0)

/** The reply, as the assistant is asked for it. */
export function spokenRequest(ctx: CascadeContext, effect: AnswerEffect): SpokenRequest {
  const { turn, toolChoice, tools } = effect
  const choice = typeof toolChoice === 'string' ? toolChoice : { name: toolChoice.name }
  const asked = { ...effect, tools: toolChoice === 'none' ? [] : tools, toolChoice: choice }
  const sessionId = ctx.bill.subjectId
  return { ...asked, sessionId, turnId: `${sessionId}:${turn}`, assistant: ctx.assistant }
}

/** As the session's own instructions and functions have it, with what the documents say at hand. */
async function* talk(
  ctx: CascadeContext,
  effect: AnswerEffect,
  signal: AbortSignal,
): AsyncGenerator<Outcome | Measured> {
  const { turn } = effect
  const request = spokenRequest(ctx, effect)
  for await (const event of converse(ctx, request, signal)) {
    switch (event.type) {
      case 'delta':
        yield { type: 'answer_delta', turn, text: event.text }
        break
      case 'citation':
        yield { type: 'cited', turn, citation: event.citation }
        break
      case 'tool_called':
      case 'tool_returned':
      case 'filler':
        yield { ...event, turn }
        break
      case 'done': {
        const { input_tokens: inputTokens, output_tokens: outputTokens } = event.usage
        yield { type: 'measured', timings: event.timings }
        yield {
          type: 'answer_ended',
          turn,
          usage: { inputTokens, outputTokens },
          calls: event.calls,
        }
      }
    }
  }
}
