/** The tools of the MCP server: ask, search and flag, each with the caller's rights. */
import type { CallToolResult, Tool } from '@modelcontextprotocol/sdk/types.js'
import { z } from 'zod'
import type { Permission } from '../../shared/context.ts'
import { ProblemError } from '../../shared/errors.ts'
import { may } from '../../shared/guards.ts'
import { type EvaluationContext, evaluateFlag } from '../flags/service.ts'
import type { Answer } from '../knowledge/schemas.ts'
import { answerQuestion, type KnowledgeContext, searchBases } from '../knowledge/service.ts'

export type ToolContext = KnowledgeContext & EvaluationContext

interface McpTool {
  description: Tool
  permission: Permission
  run(ctx: ToolContext, args: unknown, signal: AbortSignal): Promise<CallToolResult>
}

interface Definition<Schema extends z.ZodType> {
  name: string
  title: string
  description: string
  schema: Schema
  permission: Permission
  run(ctx: ToolContext, args: z.output<Schema>, signal: AbortSignal): Promise<CallToolResult>
}

function defineTool<Schema extends z.ZodType>(definition: Definition<Schema>): McpTool {
  const { name, title, description, schema, permission } = definition
  const { $schema: _, type: _type, ...rest } = z.toJSONSchema(schema, { io: 'input' })
  const inputSchema: Tool['inputSchema'] = { type: 'object', ...propertiesOf(rest) }
  return {
    description: { name, title, description, inputSchema, annotations: { readOnlyHint: true } },
    permission,
    async run(ctx, args, signal) {
      const parsed = schema.safeParse(args)
      if (!parsed.success) return failed(problemsOf(parsed.error))
      return definition.run(ctx, parsed.data, signal)
    },
  }
}

const propertiesOf = ({ properties, required }: z.core.JSONSchema.BaseSchema) => ({
  properties: Object.fromEntries(
    Object.entries(properties ?? {}).map(([name, schema]) => [name, Object(schema)]),
  ),
  ...(required && { required }),
})

const problemsOf = ({ issues }: z.ZodError) =>
  issues.map(({ path, message }) => `${path.join('.') || 'arguments'}: ${message}`).join('; ')

const Bases = z
  .array(z.string().min(1).max(64))
  .max(20)
  .optional()
  .describe('Ids of the knowledge bases to look in; all without it')

const ask = defineTool({
  name: 'ask',
  title: 'Ask the documents',
  description:
    'Answers a question from the company’s documents, with the quotes that prove it; or says that they do not answer it.',
  schema: z.object({
    question: z.string().trim().min(1).max(4000).describe('The question, in full'),
    kbs: Bases,
  }),
  permission: 'rag.query',
  async run(ctx, { question, kbs }, signal) {
    for await (const event of answerQuestion(ctx, { question, kbs }, signal)) {
      if (event.type === 'done') return answered(event.answer)
    }
    throw new Error('an answer always ends with done')
  },
})

function answered({ text, abstained, citations }: Answer): CallToolResult {
  const sources = citations.map(({ number, title, page, quote }) => {
    return `[${number}] ${title}, page ${page}: “${quote}”`
  })
  const said = [text, ...sources].join('\n')
  return { ...told(said), structuredContent: { text, abstained, citations } }
}

const search = defineTool({
  name: 'search',
  title: 'Search the documents',
  description: 'Finds passages of the company’s documents, best first, without an answer.',
  schema: z.object({
    query: z.string().trim().min(1).max(4000),
    limit: z.int().min(1).max(20).default(5),
    kbs: Bases,
  }),
  permission: 'rag.query',
  async run(ctx, { query, limit, kbs }, signal) {
    const { hits } = await searchBases(ctx, { query, k: limit, kbs }, signal)
    const passages = hits.map(({ documentId, kb, title, page, text, score }) => {
      return { documentId, kb, title, page, text, score }
    })
    const lines = passages.map(({ title, page, text }) => `${title}, page ${page}\n${text}`)
    const said = lines.join('\n\n') || 'Nothing was found.'
    return { ...told(said), structuredContent: { passages } }
  },
})

const flag = defineTool({
  name: 'flag',
  title: 'Evaluate a feature flag',
  description: 'The value of a feature flag for a context, and why it is that.',
  schema: z.object({
    key: z.string().min(1).max(200).describe('Name of the flag'),
    targeting_key: z.string().max(256).optional().describe('Whom it is evaluated for'),
    context: z
      .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
      .default({})
      .describe('Attributes that rules of the flag may look at'),
  }),
  permission: 'flag.evaluate',
  async run(ctx, { key, targeting_key: targetingKey, context }) {
    const request = { context: { ...context, ...(targetingKey !== undefined && { targetingKey }) } }
    const { value, variant, reason } = await evaluateFlag(ctx, 'server', key, request)
    const answer = { key, value, variant, reason }
    return { ...told(JSON.stringify(answer)), structuredContent: answer }
  },
})

const TOOLS = [ask, search, flag]

/** Those the caller may use. */
export const toolsOf = ({ actor }: ToolContext): Tool[] =>
  TOOLS.filter(({ permission }) => may(actor, permission)).map(({ description }) => description)

/**
 * What the tool answers; a refusal of ours is an answer too, for the model to read.
 *
 * @returns undefined when the caller has no such tool
 */
export async function callTool(
  ctx: ToolContext,
  { name, args }: { name: string; args: unknown },
  signal: AbortSignal,
): Promise<CallToolResult | undefined> {
  const tool = TOOLS.find(({ description }) => description.name === name)
  if (!tool || !may(ctx.actor, tool.permission)) return undefined
  try {
    return await tool.run(ctx, args, signal)
  } catch (error) {
    if (error instanceof ProblemError && !signal.aborted) return failed(error.message)
    throw error
  }
}

const told = (text: string): CallToolResult => ({ content: [{ type: 'text', text }] })

const failed = (text: string): CallToolResult => ({ ...told(text), isError: true })
