/**
 * One turn of va-extractive-1, whatever API asked for it: text, or calls of the tools it was given.
 * Pure.
 *
 * - A user who writes `call NAME` or `call NAME {"json": "arguments"}`, NAME being a tool's name,
 *   has that tool called; several calls in one message are made together.
 * - A question asked of it with a tool `knowledge_search` at hand is looked up with it.
 * - tool_choice "required" or a named tool calls that tool with no arguments if none is asked for.
 * - A question after `Rewrite:` below a `<conversation>` is said again with the words of the user's last
 *   one before it that it lacks.
 * - Results of tools that hold source blocks are answered from; others are told as they are, whatever
 *   sources stand before them.
 */
import { answerFrom, NOT_FOUND } from './answer.ts'
import { inventAnswer } from './invent.ts'
import { readQuestion, readSources, type Source } from './prompt.ts'
import { termsOf, weightOf } from './words.ts'

export interface Message {
  readonly role: 'system' | 'user' | 'assistant' | 'tool'
  readonly text: string
  /** The tool whose result this is. */
  readonly toolName?: string
}

export interface TurnRequest {
  readonly messages: readonly Message[]
  readonly tools: readonly string[]
  readonly toolChoice: 'auto' | 'none' | 'required' | { readonly name: string }
}

interface ToolCall {
  readonly name: string
  /** JSON, as the user wrote it. */
  readonly arguments: string
}

export type Turn =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'calls'; readonly calls: readonly ToolCall[] }

const OFFLINE_NOTICE =
  'I am the offline model va-extractive-1: I answer only from sources, and there are none here.'

export function takeTurn(request: TurnRequest, inventing: boolean): Turn {
  const calls = callsOf(request)
  if (calls.length > 0) return { type: 'calls', calls }
  return { type: 'text', text: textOf(request.messages, inventing) }
}

function callsOf({ messages, tools, toolChoice }: TurnRequest): ToolCall[] {
  const last = messages.at(-1)
  if (toolChoice === 'none' || last?.role !== 'user') return []
  const allowed = typeof toolChoice === 'object' ? [toolChoice.name] : tools
  const calls = [...last.text.matchAll(/\bcall\s+([\w-]+)[ \t]*/giu)].flatMap((match) => {
    const name = match[1] ?? ''
    const behind = last.text.slice(match.index + match[0].length)
    return allowed.includes(name) ? [{ name, arguments: leadingObject(behind) ?? '{}' }] : []
  })
  if (calls.length > 0) return calls
  if (toolChoice !== 'auto') return allowed.slice(0, 1).map((name) => ({ name, arguments: '{}' }))
  const query = readQuestion(last.text).trim()
  const isLookedUp = allowed.includes(SEARCH) && QUESTION.test(query)
  return isLookedUp ? [{ name: SEARCH, arguments: JSON.stringify({ query }) }] : []
}

/** As the platform names it, and as many others do. */
const SEARCH = 'knowledge_search'

/** In Latin, Cyrillic, Arabic and Chinese writing. */
const QUESTION = /[?؟？]$/u

/** The JSON object that `text` begins with. */
function leadingObject(text: string): string | undefined {
  if (!text.startsWith('{')) return undefined
  for (let end = text.indexOf('}') + 1; end > 0; end = text.indexOf('}', end) + 1) {
    const candidate = text.slice(0, end)
    if (isJson(candidate)) return candidate
  }
  return undefined
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

function textOf(messages: readonly Message[], inventing: boolean): string {
  const rewritten = rewrite(messages.at(-1)?.text ?? '')
  if (rewritten) return rewritten
  const sources = messages.flatMap(({ text }) => readSources(text))
  const asked = messages.filter(({ role }) => role === 'user').map(({ text }) => readQuestion(text))
  if (inventing) return inventAnswer(sources, asked.at(-1) ?? '')
  const since = messages.findLastIndex(({ role }) => role === 'assistant')
  const results = messages.slice(since + 1).filter(({ role }) => role === 'tool')
  const isTold = results.length > 0 && results.every(({ text }) => readSources(text).length === 0)
  if (isTold) {
    return results.map(({ toolName, text }) => `${toolName ?? 'The tool'} says: ${text}`).join('\n')
  }
  return sources.length > 0 ? answerLast(sources, asked) : OFFLINE_NOTICE
}

const REWRITE = /<conversation>\n([\s\S]*)\n<\/conversation>\s*Rewrite: (.+)$/u

function rewrite(text: string): string | undefined {
  const [, conversation = '', question] = REWRITE.exec(text) ?? []
  if (question === undefined) return undefined
  const asked = [...conversation.matchAll(/^user: (.*)$/gmu)].at(-1)?.[1] ?? ''
  const has = new Set(termsOf(question))
  const lacking = (asked.match(/[\p{L}\p{N}]+/gu) ?? []).filter((word) =>
    termsOf(word).some((term) => weightOf(term) > 0.5 && !has.has(term)),
  )
  return [question, ...lacking].join(' ')
}

/** A question that names nothing itself, as "how long is it?", is about what was asked before. */
function answerLast(sources: readonly Source[], asked: readonly string[]): string {
  const question = asked.at(-1) ?? ''
  const answer = answerFrom(sources, question)
  const namesNothing = termsOf(question).every((term) => weightOf(term) <= 0.5)
  if (answer !== NOT_FOUND || !namesNothing) return answer
  return answerFrom(sources, `${asked.at(-2) ?? ''} ${question}`)
}

/** Words with the space behind them, as a stream sends them. */
export function piecesOf(text: string): string[] {
  return text.match(/\s*\S+\s*/gu) ?? []
}

/** Tokens by the usual estimate of four characters each; the offline model has no tokenizer. */
export function estimateTokens(text: string): number {
  return Math.ceil(text.length / 4)
}
