/**
 * One turn of the agent as a state machine: build messages → call model → handle tools → format
 * response. Pure: the effects are carried out in perform.ts, by a Worker or a Durable Object alike.
 *
 * Whatever arrives late, twice or never: a call is settled once, the model is asked again when all
 * its calls are, there is one `finish`, and nothing is shown after it.
 */
import { examineCall } from './examine.ts'
import type { Part, ToolCall } from './schemas.ts'
import {
  type Call,
  type ModelMessage,
  NEW_TURN,
  type Step,
  type ToolOutcome,
  type TurnEvent,
  type TurnSpec,
  type TurnState,
} from './turn-state.ts'
import { trimResult } from './window.ts'

/** Tool calls of one model call that are carried out; more are refused. */
const MAX_PARALLEL = 8
/** Characters of a result that are shown and stored. */
const MAX_PREVIEW = 1000

/**
 * @param messages The system's, the earlier ones, and last the user's.
 * @param confirmed Calls the user has agreed to; they run before the model is asked.
 */
export function beginTurn(
  spec: TurnSpec,
  messages: readonly ModelMessage[],
  confirmed: readonly Omit<Call, 'id'>[] = [],
): Step {
  const turn: TurnState = { ...NEW_TURN, messages }
  return confirmed.length > 0 ? openCalls(spec, turn, confirmed, true) : callModel(spec, turn)
}

export function stepTurn(spec: TurnSpec, turn: TurnState, event: TurnEvent): Step {
  if (turn.stage === 'done') return [turn, []]
  switch (event.type) {
    case 'stopped':
      return finish(turn, hasText(turn) ? 'partial' : 'failed', event.reason)
    case 'tool_ended':
      return endTool(spec, turn, event.callId, event.outcome, event.ms)
    case 'model_delta':
    case 'cited':
    case 'model_ended':
    case 'model_failed':
      return event.step === turn.step && turn.stage === 'model'
        ? hearModel(spec, turn, event)
        : [turn, []]
  }
}

type ModelEvent = Extract<TurnEvent, { step: number }>

function hearModel(spec: TurnSpec, turn: TurnState, event: ModelEvent): Step {
  switch (event.type) {
    case 'model_delta':
      return event.text === '' ? [turn, []] : say(turn, event.text)
    case 'cited':
      return show(turn, { type: 'citation', citation: event.citation })
    case 'model_failed':
      if (hasText(turn)) return finish(turn, 'partial', event.reason ?? 'unavailable')
      // The caller is told by a problem of its own.
      return event.reason
        ? finish(turn, 'failed', event.reason)
        : chain(say(turn, spec.phrases.sorry), (told) => finish(told, 'failed', 'unavailable'))
    case 'model_ended':
      return endModel(spec, turn, event)
  }
}

function endModel(
  spec: TurnSpec,
  turn: TurnState,
  { calls, usage, model, fellBack }: Extract<TurnEvent, { type: 'model_ended' }>,
): Step {
  const counted: TurnState = {
    ...turn,
    model,
    modelFellBack: turn.modelFellBack || fellBack,
    usage: {
      input_tokens: turn.usage.input_tokens + usage.input_tokens,
      output_tokens: turn.usage.output_tokens + usage.output_tokens,
    },
  }
  if (calls.length > 0 && turn.step < spec.maxSteps) {
    const isTheirs = ({ name }: Omit<Call, 'id'>) => spec.external?.has(name) === true
    const handedOver = calls.filter(isTheirs)
    const own = calls.filter((call) => !isTheirs(call))
    return openCalls(spec, { ...counted, handedOver }, own, false)
  }
  const isCut = calls.length > 0
  const reason = isCut ? 'step_limit' : null
  if (hasText(counted)) return finish(counted, isCut ? 'partial' : 'complete', reason)
  const words = isCut ? spec.phrases.sorry : spec.phrases.noAnswer
  return chain(say(counted, words), (told) => finish(told, isCut ? 'failed' : 'complete', reason))
}

/** The model's calls under ids of our own: models repeat theirs. */
function openCalls(
  spec: TurnSpec,
  turn: TurnState,
  asked: readonly Omit<Call, 'id'>[],
  isConfirmed: boolean,
): Step {
  const calls = asked.map((call, index) => ({ ...call, id: `call_${turn.step}_${index}` }))
  const message: ModelMessage = { role: 'assistant', content: turn.said, calls }
  const open = calls.map((call) => ({ ...call, result: undefined }))
  let state: Step = [
    { ...turn, stage: 'tools', messages: [...turn.messages, message], said: '', open },
    [],
  ]
  for (const [index, call] of calls.entries()) {
    const { id, name, arguments: text } = call
    state = chain(state, (now) =>
      show(now, { type: 'tool_call', id, tool_name: name, arguments: text }),
    )
    const isOver = index >= MAX_PARALLEL
    const verdict = isOver
      ? ({ type: 'refuse', problem: `At most ${MAX_PARALLEL} calls at once.` } as const)
      : examineCall(spec, state[0].repaired, call, isConfirmed)
    state = chain(state, (now) => {
      switch (verdict.type) {
        case 'run':
          return [now, [{ type: 'run_tool', callId: id, name, args: verdict.args }]]
        case 'repair':
          return settle(
            { ...now, repaired: [...now.repaired, name] },
            id,
            'invalid',
            `The arguments are not valid: ${verdict.problem}. Call ${name} again with valid ones.`,
          )
        case 'ask':
          return settle(
            now,
            id,
            'unconfirmed',
            'Nothing was done: the user must agree first. Say what would be done and ask them.',
          )
        case 'refuse':
          return settle(now, id, 'failed', failureOf(verdict.problem))
      }
    })
  }
  return chain(state, (now) => goOn(spec, now))
}

function endTool(
  spec: TurnSpec,
  turn: TurnState,
  callId: string,
  outcome: ToolOutcome,
  ms: number,
): Step {
  const content = outcome.ok ? trimResult(outcome.content) : failureOf(outcome.problem)
  return chain(settle(turn, callId, outcome.ok ? 'ok' : 'failed', content, ms), (now) =>
    goOn(spec, now),
  )
}

/** Gives a call its result, once. */
function settle(
  turn: TurnState,
  callId: string,
  status: ToolCall['status'],
  content: string,
  ms = 0,
): Step {
  const call = turn.open.find(({ id, result }) => id === callId && result === undefined)
  if (!call) return [turn, []]
  const { id, name, arguments: text } = call
  const open = turn.open.map((one) => (one.id === id ? { ...one, result: content } : one))
  const record = { id, tool_name: name, arguments: text, status, duration_ms: ms }
  const preview = content.slice(0, MAX_PREVIEW)
  return show(
    { ...turn, open, calls: [...turn.calls, record] },
    {
      type: 'tool_result',
      id,
      tool_name: name,
      ok: status === 'ok',
      content: preview,
      status,
      duration_ms: ms,
    },
  )
}

/** Asks the model again once every call has its result. */
function goOn(spec: TurnSpec, turn: TurnState): Step {
  if (turn.stage !== 'tools' || turn.open.some(({ result }) => result === undefined)) {
    return [turn, []]
  }
  const results = turn.open.map(({ id, result = '' }): ModelMessage => ({
    role: 'tool',
    callId: id,
    content: result,
  }))
  const told = { ...turn, messages: [...turn.messages, ...results], open: [] }
  return told.handedOver.length > 0 ? finish(told, 'complete', null) : callModel(spec, told)
}

function callModel(spec: TurnSpec, turn: TurnState): Step {
  const step = turn.step + 1
  const withTools = step < spec.maxSteps
  const next: TurnState = { ...turn, stage: 'model', step, said: '' }
  return [next, [{ type: 'call_model', step, messages: next.messages, withTools }]]
}

function finish(turn: TurnState, status: TurnState['status'], reason: TurnState['reason']): Step {
  return [{ ...turn, stage: 'done', status, reason, open: [] }, [{ type: 'finish' }]]
}

function say(turn: TurnState, text: string): Step {
  return show({ ...turn, said: turn.said + text }, { type: 'text', text })
}

function show(turn: TurnState, part: Part): Step {
  return [{ ...turn, parts: addPart(turn.parts, part) }, [{ type: 'show', part }]]
}

/** Pieces of one text become one part. */
export function addPart(parts: readonly Part[], part: Part): Part[] {
  const last = parts.at(-1)
  if (part.type !== 'text' || last?.type !== 'text') return [...parts, part]
  return [...parts.slice(0, -1), { type: 'text', text: last.text + part.text }]
}

export const textOf = ({ parts }: Pick<TurnState, 'parts'>): string =>
  parts.map((part) => (part.type === 'text' ? part.text : '')).join('')

const hasText = (turn: TurnState) => turn.parts.some(({ type }) => type === 'text')

const failureOf = (problem: string) =>
  `The tool failed: ${problem} Say so in your answer, and go on without it.`

function chain([turn, effects]: Step, next: (turn: TurnState) => Step): Step {
  const [after, more] = next(turn)
  return [after, [...effects, ...more]]
}
