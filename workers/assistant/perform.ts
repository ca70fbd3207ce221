/**
 * Carries out a turn: calls the model and the tools the machine asks for, several at once, and shows
 * its parts as they come. Knows no HTTP and no table, so a Worker and a Durable Object use it alike.
 */
import type { ProblemError } from '../../shared/errors.ts'
import type { Span } from '../../shared/trace-span.ts'
import { withSpan } from '../../shared/tracing.ts'
import { citeFrom, type Found } from '../knowledge/service.ts'
import { isOverBudget, type ModelContext, streamReply } from './chat-client.ts'
import type { Calling, Tool, ToolContext } from './define-service.ts'
import type { Part, Turn } from './schemas.ts'
import type {
  Call,
  Effect,
  ModelMessage,
  ToolChoice,
  ToolDescription,
  ToolOutcome,
  TurnEvent,
  TurnSpec,
  TurnState,
} from './turn-state.ts'
import { beginTurn, stepTurn } from './turn.ts'

export type TurnContext = ModelContext & ToolContext

/** Model calls of one turn. */
const MAX_STEPS = 6

/** What the assistant makes of the turn; null leaves what holds for all. */
export interface Bounds {
  knowledgeBases: readonly string[] | null
  model: string | null
  /** Tokens of one reply of the model. */
  maxTokens: number | null
  /** Model calls, at most MAX_STEPS. */
  maxSteps: number | null
}

export const UNBOUNDED: Bounds = {
  knowledgeBases: null,
  model: null,
  maxTokens: null,
  maxSteps: null,
}

export interface TurnJob {
  sessionId: string
  /** Begins every idempotency key of the turn. */
  messageId: string
  messages: readonly ModelMessage[]
  history: readonly Turn[]
  tools: ReadonlyMap<string, Tool>
  phrases: TurnSpec['phrases']
  confirmed: readonly Omit<Call, 'id'>[]
  bounds: Bounds
  /** Functions that others run. */
  external?: readonly ToolDescription[]
  /** Of the first call of the model; `auto` when absent. */
  toolChoice?: ToolChoice
  /** Whether the model may make several calls at once; it may when absent. */
  isParallel?: boolean
  /** What was found before the turn, and the messages tell of. */
  sources?: Found['sources']
  /** Gets the turn after each of its steps: what is known if nobody reads to the end. */
  watch: (turn: TurnState) => void
  /** Gets what the turn's tools found. */
  found?: (sources: Found['sources']) => void
  /** Gets the problem when a budget refused a call. */
  refuse?: (problem: ProblemError) => void
}

/**
 * Yields what becomes visible, in order; returns the finished turn. It does not throw for failures of
 * models and tools: those are part of the turn.
 *
 * @param signal Ends the turn: as timed out when its reason is a TimeoutError, else as cancelled.
 */
export async function* runTurn(
  ctx: TurnContext,
  job: TurnJob,
  signal: AbortSignal,
): AsyncGenerator<Part, TurnState> {
  const { messages, tools, phrases, confirmed, watch } = job
  const external = new Set(job.external?.map(({ name }) => name))
  const maxSteps = job.bounds.maxSteps ?? MAX_STEPS
  const spec: TurnSpec = { tools, external, maxSteps, phrases }
  const inbox = createInbox<TurnEvent>()
  const work = new AbortController()
  const stop = () => inbox.put({ type: 'stopped', reason: reasonOf(signal) })
  signal.addEventListener('abort', stop)
  if (signal.aborted) stop()
  const sources = [...(job.sources ?? [])]
  const desk = { ctx, job, inbox, sources, signal: AbortSignal.any([signal, work.signal]) }
  try {
    let [turn, effects] = beginTurn(spec, messages, confirmed)
    for (;;) {
      watch(turn)
      for (const effect of effects) {
        if (effect.type === 'finish') return turn
        if (effect.type === 'show') yield effect.part
        else if (effect.type === 'call_model') launch(desk, callModel(desk, effect, turn))
      }
      const calls = effects.filter((effect) => effect.type === 'run_tool')
      if (calls.length > 0) launch(desk, handleTools(desk, calls))
      ;[turn, effects] = stepTurn(spec, turn, await inbox.take())
    }
  } finally {
    signal.removeEventListener('abort', stop)
    work.abort()
  }
}

const reasonOf = ({ reason }: AbortSignal) =>
  reason instanceof Error && reason.name === 'TimeoutError' ? 'timed_out' : 'cancelled'

interface Desk {
  ctx: TurnContext
  job: TurnJob
  inbox: ReturnType<typeof createInbox<TurnEvent>>
  /** All that was found in this turn. */
  sources: Found['sources']
  signal: AbortSignal
}

type Work = Exclude<Effect, { type: 'show' | 'finish' }>
type ToolCall = Extract<Work, { type: 'run_tool' }>

/** Not awaited: what it brings reaches the inbox. */
function launch({ ctx }: Desk, running: Promise<void>): void {
  running.catch((error: unknown) => ctx.log.error('a turn’s work failed', { error }))
}

async function callModel(
  { ctx, job, inbox, sources, signal }: Desk,
  { step, messages, withTools }: Extract<Work, { type: 'call_model' }>,
  { parts }: TurnState,
): Promise<void> {
  const offered = offerOf(job, step, withTools)
  const before = parts.flatMap((part) => (part.type === 'citation' ? [part.citation] : []))
  const citer = sources.length > 0 ? citeFrom(sources, before) : undefined
  const hear = (events: ReturnType<NonNullable<typeof citer>['push']>) => {
    for (const event of events) {
      if (event.type === 'citation') inbox.put({ type: 'cited', step, citation: event.citation })
      else inbox.put({ type: 'model_delta', step, text: event.text })
    }
  }
  try {
    const { model, maxTokens } = job.bounds
    const stream = streamReply(ctx, { messages, ...offered, model, maxTokens }, signal)
    for (;;) {
      const next = await stream.next()
      if (next.done) {
        if (citer) hear(rest(citer))
        inbox.put({ type: 'model_ended', step, ...next.value })
        return
      }
      if (citer) hear(citer.push(next.value))
      else inbox.put({ type: 'model_delta', step, text: next.value })
    }
  } catch (error) {
    if (isOverBudget(error)) {
      job.refuse?.(error)
      inbox.put({ type: 'model_failed', step, reason: 'budget_exceeded' })
      return
    }
    if (!signal.aborted) ctx.log.error('no model answered', { error })
    inbox.put({ type: 'model_failed', step })
  }
}

/** What the model may call, and must. */
function offerOf(
  { tools, external = [], toolChoice = 'auto', isParallel = true }: TurnJob,
  step: number,
  withTools: boolean,
) {
  const own = [...tools.values()].map(({ description }) => description)
  return {
    tools: withTools ? [...own, ...external] : [],
    toolChoice: step === 1 ? toolChoice : ('auto' as const),
    isParallel,
  }
}

function* rest(citer: ReturnType<typeof citeFrom>) {
  yield* citer.finish()
}

/** Tools whose span has a name of its own. */
const SPANS: Readonly<Record<string, string>> = {
  web_search: 'tool.web_search',
  calculate: 'tool.calculate',
}

/** All calls of a step at once. */
function handleTools(desk: Desk, calls: readonly ToolCall[]): Promise<void> {
  const attributes = { tool_calls_count: calls.length }
  return withSpan({ name: 'agent.handle_tools', attributes }, async () => {
    await Promise.all(calls.map((call) => runTool(desk, call)))
  })
}

function runTool(desk: Desk, call: ToolCall): Promise<void> {
  const tool = desk.job.tools.get(call.name)
  // Only a name of ours is told: what else the model calls may be anything.
  const attributes = { 'gen_ai.tool.name': tool ? call.name : '' }
  const start = { name: (tool && SPANS[call.name]) ?? 'tool.execute', attributes }
  return withSpan(start, (span) => carryOut(desk, call, tool, span))
}

async function carryOut(
  { ctx, job, inbox, sources, signal }: Desk,
  { callId, name, args }: ToolCall,
  tool: Tool | undefined,
  span: Span,
): Promise<void> {
  const began = ctx.now().getTime()
  const found = (more: Found['sources']) => {
    sources.push(...more)
    job.found?.(more)
  }
  const calling = {
    sessionId: job.sessionId,
    messageId: job.messageId,
    idempotencyKey: `${job.messageId}:${callId}`,
    history: job.history,
    knowledgeBases: job.bounds.knowledgeBases ?? undefined,
    found,
  }
  const outcome = tool ? await attempt(ctx, tool, args, calling, { stopped: signal, span }) : GONE
  const status = outcome.ok ? 'ok' : 'failed'
  ctx.metrics.inc('voiceassist_tool_calls_total', { tool: name, status })
  inbox.put({ type: 'tool_ended', callId, outcome, ms: ctx.now().getTime() - began })
}

const GONE: ToolOutcome = { ok: false, problem: 'there is no such tool here.' }

/** Answers in time, whatever the tool does. */
export async function attempt(
  ctx: TurnContext,
  tool: Tool,
  args: unknown,
  calling: Omit<Calling, 'signal'>,
  { stopped, span }: { stopped: AbortSignal; span: Span },
): Promise<ToolOutcome> {
  const late = AbortSignal.timeout(tool.timeoutMs)
  const signal = AbortSignal.any([stopped, late])
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const end = () => reject(signal.reason)
  signal.addEventListener('abort', end)
  try {
    return await Promise.race([tool.run(ctx, args, { ...calling, signal }), aborted])
  } catch (error) {
    if (!stopped.aborted) span.fail(error)
    if (late.aborted) return { ok: false, problem: 'it took too long.' }
    if (!stopped.aborted) ctx.log.error('a tool failed', { tool: tool.description.name, error })
    return { ok: false, problem: 'it is not available now.' }
  } finally {
    signal.removeEventListener('abort', end)
  }
}

/** Events in the order in which they came, for one reader. */
function createInbox<Item>() {
  const items: Item[] = []
  let wake = () => {}
  return {
    put(item: Item) {
      items.push(item)
      wake()
    },
    async take(): Promise<Item> {
      for (;;) {
        const item = items.shift()
        if (item !== undefined) return item
        await new Promise<void>((resolve) => void (wake = resolve))
      }
    },
  }
}
