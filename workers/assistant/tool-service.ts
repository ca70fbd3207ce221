/**
 * The tools an assistant has. Each runs with the caller's rights: one the caller may not use is not
 * offered to the model, and so cannot be called.
 */
import { z } from 'zod'
import type { Permission, WithEnv } from '../../shared/context.ts'
import { may } from '../../shared/guards.ts'
import { type Found, type KnowledgeContext, searchKnowledge } from '../knowledge/service.ts'
import { calculate, ExpressionError } from './expression.ts'
import type { Turn } from './schemas.ts'
import { canSearchWeb, type SearchEnv, searchWeb } from './search-client.ts'
import { markHandoff, type StoreContext } from './store.ts'
import type { ToolDescription, ToolOutcome, ToolRule } from './turn-state.ts'

export type ToolContext = KnowledgeContext & WithEnv<SearchEnv> & StoreContext

/** The call, as a tool sees it. */
export interface Calling {
  sessionId: string
  /** The same for the same call, however often it is carried out. */
  idempotencyKey: string
  history: readonly Turn[]
  /** The ones the documents are searched in; undefined: all. */
  knowledgeBases?: readonly string[] | undefined
  /** Takes what the answer may cite. */
  found: (sources: Found['sources']) => void
  signal: AbortSignal
}

export interface Tool extends ToolRule {
  description: ToolDescription
  permission: Permission | null
  timeoutMs: number
  /** @param args Such as `problemOf` has nothing against. */
  run(ctx: ToolContext, args: unknown, calling: Calling): Promise<ToolOutcome>
}

interface Definition<Schema extends z.ZodType> {
  name: string
  /** For the model: what it does and when it is used. */
  description: string
  schema: Schema
  permission?: Permission
  timeoutMs?: number
  confirms?: boolean
  run(ctx: ToolContext, args: z.output<Schema>, calling: Calling): Promise<ToolOutcome>
}

const TIMEOUT_MS = 15_000

export function defineTool<Schema extends z.ZodType>(definition: Definition<Schema>): Tool {
  const { name, description, schema, permission = null } = definition
  const { $schema: _, ...parameters } = z.toJSONSchema(schema, { io: 'input' })
  return {
    description: { name, description, parameters },
    permission,
    timeoutMs: definition.timeoutMs ?? TIMEOUT_MS,
    confirms: definition.confirms ?? false,
    problemOf(args) {
      const parsed = schema.safeParse(args)
      return parsed.error?.issues
        .map(({ path, message }) => `${path.join('.') || 'arguments'}: ${message}`)
        .join('; ')
    },
    run: async (ctx, args, calling) => definition.run(ctx, schema.parse(args), calling),
  }
}

const knowledgeSearch = defineTool({
  name: 'knowledge_search',
  description: 'Finds passages in the company’s documents that may answer a question.',
  schema: z.object({ query: z.string().trim().min(1).max(1000).describe('The question, in full') }),
  permission: 'rag.query',
  async run(ctx, { query }, { history, knowledgeBases: kbs, found, signal }) {
    const { text, sources } = await searchKnowledge(
      ctx,
      { question: query, history: [...history], kbs },
      signal,
    )
    found(sources)
    return { ok: true, content: text }
  },
})

const webSearch = defineTool({
  name: 'web_search',
  description: 'Searches the public web, for what the company’s documents cannot know.',
  schema: z.object({
    query: z.string().trim().min(1).max(400),
    max_results: z.int().min(1).max(10).default(5),
  }),
  permission: 'rag.query',
  async run(ctx, { query, max_results: limit }, { signal }) {
    const hits = await searchWeb(ctx, { query, limit }, signal)
    const list = hits.map(({ title, url, content }) => `${title} (${url})\n${content}`)
    return { ok: true, content: list.join('\n\n') || 'Nothing was found.' }
  },
})

const calculateTool = defineTool({
  name: 'calculate',
  description:
    'Evaluates an arithmetic expression with + - * / % ^, brackets, pi, e and the functions abs sqrt round floor ceil exp ln log10 sin cos tan min max sum.',
  schema: z.object({ expression: z.string().min(1).max(500) }),
  async run(_ctx, { expression }) {
    try {
      return { ok: true, content: String(calculate(expression)) }
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error
      return { ok: false, problem: `${error.message}.` }
    }
  },
})

const currentTime = defineTool({
  name: 'current_time',
  description: 'The date and time now, in a time zone.',
  schema: z.object({
    time_zone: z
      .string()
      .default('UTC')
      .refine(isTimeZone, 'must be an IANA time zone such as Europe/Berlin'),
  }),
  async run({ now }, { time_zone: timeZone }) {
    const format = { timeZone, dateStyle: 'full', timeStyle: 'long' } as const
    const local = new Intl.DateTimeFormat('en-GB', format).format(now())
    return { ok: true, content: `${local} (${now().toISOString()})` }
  },
})

const handoff = defineTool({
  name: 'handoff',
  description: 'Asks a person to take over the conversation. Use it when the user wants one.',
  schema: z.object({ reason: z.string().trim().min(1).max(500) }),
  async run(ctx, { reason }, { sessionId }) {
    await markHandoff(ctx, sessionId, reason)
    return { ok: true, content: 'A person was asked to take over.' }
  },
})

function isTimeZone(timeZone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

const REGISTRY = [knowledgeSearch, webSearch, calculateTool, currentTime, handoff]

/** All there are, whoever may use them. */
export const TOOL_NAMES: string[] = REGISTRY.map(({ description }) => description.name)

/** Those the caller may use, by name. */
export async function toolsFor(ctx: ToolContext): Promise<ReadonlyMap<string, Tool>> {
  const hasWeb = await canSearchWeb(ctx)
  return allowed(
    ctx,
    REGISTRY.filter((tool) => tool !== webSearch || hasWeb),
  )
}

export function allowed(
  { actor }: Pick<ToolContext, 'actor'>,
  tools: readonly Tool[],
): ReadonlyMap<string, Tool> {
  const own = tools.filter(({ permission }) => permission === null || may(actor, permission))
  return new Map(own.map((tool) => [tool.description.name, tool]))
}
