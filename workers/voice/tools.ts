/**
 * Functions of the client's own that a reply may call, as a session may declare them. The client runs them;
 * calls and results are items of the conversation.
 */
import { z } from 'zod'
import { LIMITS } from './limits.ts'

const NAME = /^[\w-]{1,64}$/

const FunctionTool = z.strictObject({
  type: z.literal('function', 'Only functions, which the client runs.'),
  name: z.string().regex(NAME, 'Letters, digits, _ and -, at most 64.'),
  description: z.string().max(4096).default(''),
  /** JSON Schema of the arguments. */
  parameters: z.record(z.string(), z.unknown()).default({ type: 'object', properties: {} }),
})
export type FunctionTool = z.output<typeof FunctionTool>

export const Tools = z
  .array(FunctionTool)
  .max(LIMITS.tools, `At most ${LIMITS.tools} tools.`)
  .refine(
    (tools) => new Set(tools.map(({ name }) => name)).size === tools.length,
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

/** A call that has its result. */
export interface Exchange {
  callId: string
  name: string
  /** JSON as the model wrote it. */
  arguments: string
  output: string
}
