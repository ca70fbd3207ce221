/** What a turn of the agent is made of: plain data, so that it can be stored between two steps. */
import type { MessageStatus, Part, Reason, ToolCall, Usage } from './schemas.ts'

export interface Call {
  id: string
  name: string
  /** JSON as the model wrote it. */
  arguments: string
}

/** A message as the model is told it. */
export type ModelMessage =
  | { role: 'system' | 'user'; content: string }
  | { role: 'assistant'; content: string; calls: readonly Call[] }
  | { role: 'tool'; callId: string; content: string }

/** What a model is told of a tool. */
export interface ToolDescription {
  name: string
  description: string
  /** JSON Schema of the arguments. */
  parameters: Record<string, unknown>
  /** Whether the model's arguments must be exactly as `parameters` say; not when absent. */
  strict?: boolean
}

/** Whether the model may, must not or must call a tool, or which one. */
export type ToolChoice = 'auto' | 'none' | 'required' | { name: string }

/** What the machine knows of a tool: nothing it could do anything with. */
export interface ToolRule {
  /** What is wrong with the arguments; undefined when they will do. */
  problemOf(args: unknown): string | undefined
  /** Whether the user must agree first. @param args Such as `problemOf` has nothing against. */
  confirms(args: unknown): boolean
}

/** What holds for the whole turn. */
export interface TurnSpec {
  /** Those the caller may use, by name. */
  tools: ReadonlyMap<string, ToolRule>
  /** Functions that others run: a call of one ends the turn, and is theirs. */
  external?: ReadonlySet<string>
  /** Model calls at most; in the last one the model gets no tools, so it must answer. */
  maxSteps: number
  /** Our own words, in the conversation's language. */
  phrases: { sorry: string; noAnswer: string }
}

interface OpenCall extends Call {
  /** What the model will be told; undefined while the tool runs. */
  result: string | undefined
}

export interface TurnState {
  stage: 'model' | 'tools' | 'done'
  /** Number of the model call that runs or ran last, from 1. */
  step: number
  messages: readonly ModelMessage[]
  /** Text of the running model call. */
  said: string
  /** The calls of the last model call, until all have results. */
  open: readonly OpenCall[]
  /** Calls for others to run; the turn ends when its own tools have their results. */
  handedOver: readonly Omit<Call, 'id'>[]
  parts: readonly Part[]
  calls: readonly ToolCall[]
  /** Tools whose arguments were sent back once. */
  repaired: readonly string[]
  usage: Usage
  model: string | null
  /** Whether another model than the first wrote something. */
  modelFellBack: boolean
  status: MessageStatus
  reason: Reason | null
}

export const NEW_TURN: TurnState = {
  stage: 'model',
  step: 0,
  messages: [],
  said: '',
  open: [],
  handedOver: [],
  parts: [],
  calls: [],
  repaired: [],
  usage: { input_tokens: 0, output_tokens: 0 },
  model: null,
  modelFellBack: false,
  status: 'running',
  reason: null,
}

export type ToolOutcome =
  | { ok: true; content: string }
  /** `problem` is told to the model: no internals. */
  | { ok: false; problem: string }

export type TurnEvent =
  | { type: 'model_delta'; step: number; text: string }
  | { type: 'cited'; step: number; citation: Extract<Part, { type: 'citation' }>['citation'] }
  | {
      type: 'model_ended'
      step: number
      calls: readonly Omit<Call, 'id'>[]
      usage: Usage
      model: string
      /** Whether a model before this one in the chain failed. */
      fellBack: boolean
    }
  | { type: 'model_failed'; step: number; reason?: 'budget_exceeded' }
  | { type: 'tool_ended'; callId: string; outcome: ToolOutcome; ms: number }
  | { type: 'stopped'; reason: 'cancelled' | 'timed_out' }

export type Effect =
  | { type: 'call_model'; step: number; messages: readonly ModelMessage[]; withTools: boolean }
  | { type: 'run_tool'; callId: string; name: string; args: unknown }
  | { type: 'show'; part: Part }
  | { type: 'finish' }

export type Step = [TurnState, Effect[]]
