/**
 * The tools an assistant has. Each runs with the caller's rights: one the caller may not use is not
 * offered to the model, and so cannot be called.
 */
import { z } from 'zod'
import { may } from '../../shared/guards.ts'
import { isTimeZone } from '../calendar/service.ts'
import { searchKnowledge } from '../knowledge/service.ts'
import { calendarTool } from './calendar-tool-service.ts'
import { defineTool, type Tool, type ToolContext } from './define-service.ts'
import { calculate, ExpressionError } from './expression.ts'
import { remoteTools } from './remote-tool-service.ts'
import { reservationTool } from './reservation-tool-service.ts'
import { canSearchWeb, searchWeb } from './search-client.ts'
import { markHandoff } from './store.ts'

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

const OWN = [
  knowledgeSearch,
  webSearch,
  calculateTool,
  currentTime,
  calendarTool,
  reservationTool,
  handoff,
]

/** Of all tools the tenant has, whoever may use them. */
export async function toolNames(ctx: ToolContext): Promise<string[]> {
  const tools = [...OWN, ...(await remoteTools(ctx))]
  return tools.map(({ description }) => description.name)
}

/** Those the caller may use, by name. */
export async function toolsFor(ctx: ToolContext): Promise<ReadonlyMap<string, Tool>> {
  const [hasWeb, remote] = await Promise.all([canSearchWeb(ctx), remoteTools(ctx)])
  return allowed(ctx, [...OWN.filter((tool) => tool !== webSearch || hasWeb), ...remote])
}

export function allowed(
  { actor }: Pick<ToolContext, 'actor'>,
  tools: readonly Tool[],
): ReadonlyMap<string, Tool> {
  const own = tools.filter(({ permission }) => permission === null || may(actor, permission))
  return new Map(own.map((tool) => [tool.description.name, tool]))
}
