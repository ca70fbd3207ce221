/**
 * What a reply may call, as a session may declare it: functions of the client's own, which the client
 * runs, and the platform's tools, which run here. Calls and results are items of the conversation.
 */
import { z } from 'zod'
import { LIMITS } from './limits.ts'

const NAME = /^[\w-]{1,64}$/

const FunctionTool = z.strictObject({
  type: z.literal('function'),
  name: z.string().regex(NAME, 'Letters, digits, _ and -, at most 64.'),
  description: z.string().max(4096).default(''),
  /** JSON Schema of the arguments. */
  parameters: z.record(z.string(), z.unknown()).default({ type: 'object', properties: {} }),
})
export type FunctionTool = z.output<typeof FunctionTool>

const Names = z.array(z.string().max(64)).max(64)

/** The label the platform's tools go by: the protocol has no other name for tools that a server runs. */
export const PLATFORM = 'voiceassist'

/** The protocol's way to let the server run tools; one server is known here. */
const PlatformTools = z.strictObject({
  type: z.literal('mcp'),
  server_label: z.literal(PLATFORM, `Only ${PLATFORM}, the tools of this platform.`),
  /** Null: all that the caller may use. */
  allowed_tools: z
    .union([Names, z.strictObject({ tool_names: Names })], 'Send names of tools.')
    .nullable()
    .default(null),
  require_approval: z
    .literal('never', 'Only never: none of them changes anything.')
    .default('never'),
})
type PlatformTools = z.output<typeof PlatformTools>

const Tool = z.discriminatedUnion('type', [FunctionTool, PlatformTools], {
  error: 'Send functions, which the client runs, or the platform’s tools as type mcp.',
})
export type Tool = z.output<typeof Tool>

const nameOf = (tool: Tool) => (tool.type === 'mcp' ? `mcp ${tool.server_label}` : tool.name)

export const Tools = z
  .array(Tool)
  .max(LIMITS.tools, `At most ${LIMITS.tools} tools.`)
  .refine(
    (tools) => new Set(tools.map(nameOf)).size === tools.length,
    'Each tool needs a name of its own.',
  )
  .refine(
    (tools) => JSON.stringify(tools).length <= LIMITS.toolsChars,
    `At most ${LIMITS.toolsChars} characters of JSON.`,
  )

export const ToolChoice = z.union(
  [
    z.enum(['auto', 'none', 'required']),
    z.strictObject({ type: z.literal('function'), name: z.string() }),
  ],
  'Send auto, none, required or {"type": "function", "name": …}.',
)
export type ToolChoice = z.output<typeof ToolChoice>

export const functionsIn = (tools: readonly Tool[]): FunctionTool[] =>
  tools.filter((tool) => tool.type === 'function')

/** Names of the platform's tools; empty when it has none to run. */
export function platformToolsIn(tools: readonly Tool[]): 'all' | readonly string[] {
  const platform = tools.find((tool) => tool.type === 'mcp')
  if (!platform) return []
  const { allowed_tools: allowed } = platform
  if (!allowed) return 'all'
  return 'tool_names' in allowed ? allowed.tool_names : allowed
}

/** A call that has its result. */
export interface Exchange {
  callId: string
  name: string
  /** JSON as the model wrote it. */
  arguments: string
  output: string
}
