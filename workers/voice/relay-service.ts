/**
 * The engine `relay`: a speech model hears the utterance and speaks the reply. Each reply is asked for out
 * of band with the conversation as it was heard, so a connection that is lost, or replaced before the hour
 * upstream allows it, loses nothing.
 */
import { type Live, prepareLive } from '../assistant/service.ts'
import { type MeteredCall, mostTokensOf, openCall } from '../usage/service.ts'
import { writerOf } from './audio-format.ts'
import type { Engine, Measured, Outcome } from './engine.ts'
import { LIMITS } from './limits.ts'
import { msOfBytes, msOfSamples } from './pcm.ts'
import { spokenRequest, type CascadeContext } from './perform.ts'
import type { SlowEffect } from './session.ts'
import { openUpstream, type Upstream, type UpstreamContext } from './upstream-client.ts'
import {
  callsIn,
  exchangeOf,
  inputOf,
  MAX_OUTPUT_TOKENS,
  requestOf,
  setUp,
  unitsOf,
  type UpstreamEvent,
  type UpstreamTool,
} from './upstream.ts'

export type RelayContext = CascadeContext & UpstreamContext

type AnswerEffect = Extract<SlowEffect, { type: 'answer' }>
type TranscribeEffect = Extract<SlowEffect, { type: 'transcribe' }>

/** Longest silence upstream while something is asked of it. */
const PATIENCE_MS = 8000

/** OpenAI ends a session after 60 minutes. */
const ROLLOVER_MS = 55 * 60_000

/** An outgoing socket keeps the object awake: without a turn for so long, it is closed. */
const QUIET_MS = 20_000

/** Bytes of one append. */
const APPEND_BYTES = 96_000

/** @param connect Opens a connection. */
export function createRelay(connect = openUpstream): Engine<RelayContext> {
  let upstream: Promise<Upstream> | undefined
  let [settings, busy] = ['', 0]
  let timer: ReturnType<typeof setTimeout> | undefined
  /** Ids upstream of utterances that were heard on this connection. */
  const heard = new Map<string, string>()

  function close(): void {
    clearTimeout(timer)
    void upstream?.then((open) => open.close()).catch(() => undefined)
    upstream = undefined
    heard.clear()
    settings = ''
  }

  async function connected(ctx: RelayContext): Promise<Upstream> {
    const known = await upstream?.catch(() => undefined)
    const isOld = known && busy <= 1 && ctx.now().getTime() - known.openedAt >= ROLLOVER_MS
    if (known?.isOpen() && !isOld) return known
    if (upstream) close()
    upstream = connect(ctx)
    return upstream
  }

  async function* transcribe(
    ctx: RelayContext,
    { itemId, hints, pause }: TranscribeEffect,
    utterance: Int16Array<ArrayBuffer>,
    signal: AbortSignal,
  ): AsyncGenerator<Outcome> {
    const line = await connected(ctx)
    const audioMs = Math.ceil(msOfSamples(utterance.length))
    const units = { audioMs, audioInput: Math.ceil(audioMs / 100), output: Math.ceil(audioMs / 25) }
    const use = {
      model: ctx.env.TRANSCRIPTION_MODEL,
      kind: 'transcription',
      purpose: 'transcribe',
    } as const
    const call = await openCall(ctx, use, () => units)
    const events = line.listen(signal, PATIENCE_MS)
    try {
      const wanted = setUp(ctx.env.TRANSCRIPTION_MODEL, hints)
      if (settings !== JSON.stringify(wanted)) line.send(wanted)
      settings = JSON.stringify(wanted)
      const bytes = new Uint8Array(utterance.buffer)
      for (let at = 0; at < bytes.length; at += APPEND_BYTES) {
        const audio = bytes.subarray(at, at + APPEND_BYTES).toBase64()
        line.send({ type: 'input_audio_buffer.append', audio })
      }
      line.send({ type: 'input_audio_buffer.commit' })
      const text = await wordsOf(events, (id) => heard.set(itemId, id))
      const words = { text, seconds: audioMs / 1000 }
      if (pause === null) yield { type: 'transcribed', itemId, ...words }
      else yield { type: 'heard_so_far', pause, ...words }
    } finally {
      call.settle({ audioMs, audioInput: units.audioInput }, true)
    }
  }

  async function* answer(
    ctx: RelayContext,
    effect: AnswerEffect,
    signal: AbortSignal,
  ): AsyncGenerator<Outcome | Measured> {
    const { turn, tools: theirs, itemId } = effect
    const began = ctx.now().getTime()
    const live = await prepareLive(ctx, spokenRequest(ctx, effect), signal)
    const line = await connected(ctx)
    const askedAt = ctx.now().getTime()
    const ask = { line, live, tools: [...live.tools, ...theirs] }
    const input: object[] = inputOf(effect, itemId === null ? undefined : heard.get(itemId))
    let firstTokenMs: number | undefined
    const usage = { inputTokens: 0, outputTokens: 0 }
    for (let round = 1; ; round++) {
      const reply = speakOnce(ctx, effect, { ...ask, input }, signal)
      let next = await reply.next()
      for (; !next.done; next = await reply.next()) {
        firstTokenMs ??= ctx.now().getTime() - askedAt
        yield next.value
      }
      const { calls, units } = next.value
      usage.inputTokens += units.input + units.cachedInput + units.audioInput
      usage.outputTokens += units.output + units.audioOutput
      const own = calls.filter(({ name }) => live.tools.some((tool) => tool.name === name))
      const others = calls.filter((one) => !own.includes(one))
      const results = yield* runAll(live, own, { turn, round })
      input.push(...results)
      if (own.length > 0 && others.length === 0 && round < LIMITS.repliesPerTurn) continue
      const timings = { searchMs: askedAt - began, firstTokenMs: firstTokenMs ?? 0 }
      yield { type: 'measured', timings }
      yield { type: 'answer_ended', turn, usage, calls: others }
      return
    }
  }

  return {
    name: 'relay',
    close,
    async *perform(ctx, effect, utterance, signal) {
      clearTimeout(timer)
      busy++
      try {
        if (effect.type === 'transcribe') yield* transcribe(ctx, effect, utterance, signal)
        if (effect.type === 'answer') yield* answer(ctx, effect, signal)
      } finally {
        busy--
        if (busy === 0) timer = setTimeout(close, QUIET_MS)
      }
    },
  }
}

/** The transcript of what was just committed. */
async function wordsOf(
  events: AsyncGenerator<UpstreamEvent>,
  known: (id: string) => void,
): Promise<string> {
  let id: string | undefined
  for await (const event of events) {
    if (event.type === 'input_audio_buffer.committed' && id === undefined) id = event.item_id
    if (event.item_id !== id || id === undefined) continue
    known(id)
    if (event.type === `${TRANSCRIPTION}.completed`) return event.transcript ?? ''
    if (event.type === `${TRANSCRIPTION}.failed`) throw new Error('not transcribed upstream')
  }
  throw new Error('the upstream is silent')
}

const TRANSCRIPTION = 'conversation.item.input_audio_transcription'

interface Asking {
  line: Upstream
  live: Live
  tools: readonly UpstreamTool[]
  input: readonly object[]
}

/** One reply upstream: its words and its sound as they come; then what it wants to have run. */
async function* speakOnce(
  ctx: RelayContext,
  effect: AnswerEffect,
  { line, live, tools, input }: Asking,
  signal: AbortSignal,
) {
  const key = crypto.randomUUID()
  const request = requestOf(effect, { key, instructions: live.instructions, input, tools })
  const use = { model: ctx.env.REALTIME_MODEL, kind: 'chat', purpose: 'assist' } as const
  const call = await openCall(ctx, use, () => {
    const text = mostTokensOf(JSON.stringify(request))
    return { input: text, audioInput: LIMITS.maxUtteranceMs / 100, audioOutput: MAX_OUTPUT_TOKENS }
  })
  const events = line.listen(signal, PATIENCE_MS)
  const write = writerOf(effect.format)
  const state: Saying = { id: undefined, soundMs: 0, isDone: false }
  try {
    line.send(request)
    for await (const event of only(events, key, state)) {
      if (event.type === 'response.done') {
        state.isDone = true
        const units = unitsOf(event.response?.usage)
        call.settle(units)
        if (event.response?.status !== 'completed') throw new Error('the reply failed upstream')
        return { calls: callsIn(event.response), units }
      }
      const outcome = outcomeOf(event, effect.turn, write)
      if (outcome?.type === 'relayed') state.soundMs += outcome.ms
      if (outcome) yield outcome
    }
    throw new Error('the upstream is silent')
  } finally {
    breakOff(line, call, state)
  }
}

interface Saying {
  /** Of the reply upstream, once it has one. */
  id: string | undefined
  soundMs: number
  isDone: boolean
}

/** What concerns the reply that was asked for by `key`. */
async function* only(events: AsyncGenerator<UpstreamEvent>, key: string, state: Saying) {
  for await (const event of events) {
    const { type, error, response } = event
    if (type === 'error' && error?.event_id === key) {
      throw new Error(`refused upstream: ${error.message}`)
    }
    if (response?.metadata?.['key'] === key) state.id = response.id
    const id = event.response_id ?? response?.id
    if (id !== undefined && id === state.id) yield event
  }
}

/** What it said until it was cut off costs: twenty tokens a second, as speech is counted elsewhere. */
function breakOff(line: Upstream, call: MeteredCall, { id, soundMs, isDone }: Saying): void {
  if (isDone) return
  if (id === undefined) return call.release()
  call.settle({ audioOutput: Math.ceil(soundMs / 50) }, true)
  if (line.isOpen()) line.send({ type: 'response.cancel', response_id: id })
}

function outcomeOf(
  { type, delta = '' }: UpstreamEvent,
  turn: number,
  write: (pcm: Uint8Array) => string,
) {
  switch (type) {
    case 'response.output_text.delta':
      return { type: 'answer_delta' as const, turn, text: delta }
    case 'response.output_audio_transcript.delta':
      return { type: 'relayed' as const, turn, text: delta, base64: '', ms: 0 }
    case 'response.output_audio.delta': {
      const pcm = Uint8Array.fromBase64(delta)
      return {
        type: 'relayed' as const,
        turn,
        text: '',
        base64: write(pcm),
        ms: msOfBytes(pcm.length),
      }
    }
    default:
      return undefined
  }
}

/** Runs the platform's tools side by side, shows them, and says what the model is told of them. */
async function* runAll(
  live: Live,
  calls: readonly { name: string; arguments: string }[],
  { turn, round }: { turn: number; round: number },
) {
  const named = calls.map((call, index) => ({ ...call, callId: `call_${round}_${index}` }))
  for (const call of named) yield { type: 'tool_called' as const, turn, ...call }
  const done = await Promise.all(named.map(async (call) => ({ call, ...(await live.run(call)) })))
  for (const { call, ok, content } of done) {
    yield { type: 'tool_returned' as const, turn, callId: call.callId, ok, content }
  }
  return done.flatMap(({ call, content }) => exchangeOf({ ...call, output: content }))
}
