/** MCP servers of others, as they travel over HTTP; headers in whole only inwards. */
import { z } from '@hono/zod-openapi'

const time = () => z.iso.datetime()

const ServerName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,23}$/, 'must be 1 to 24 small letters, digits and dashes')
  .openapi({ example: 'crm' })

const Headers = z
  .record(
    z.string().regex(/^[A-Za-z0-9-]{1,64}$/, 'must be the name of a header'),
    z
      .string()
      .min(1)
      .max(4096)
      .regex(/^[\t\u0020-\u007e]+$/, 'must be printable ASCII'),
  )
  .refine((headers) => Object.keys(headers).length <= 10, 'at most ten')
  .refine(
    (headers) => !Object.keys(headers).some((name) => OURS.has(name.toLowerCase())),
    'must not set what the protocol sets',
  )

const OURS = new Set([
  'host',
  'accept',
  'content-type',
  'content-length',
  'connection',
  'transfer-encoding',
  'mcp-session-id',
  'mcp-protocol-version',
])

/** Names of tools, as the server has them. */
const ToolNames = z.array(z.string().min(1).max(128)).max(30)

export const NewMcpServer = z
  .strictObject({
    name: ServerName,
    url: z.string().max(500).openapi({ example: 'https://mcp.example.com/mcp' }),
    /** Such as Authorization; stored encrypted and never shown. */
    headers: Headers.default({}),
    tools: ToolNames.default([]),
  })
  .openapi('NewMcpServer')
export type NewMcpServer = z.output<typeof NewMcpServer>

export const McpServerChange = z
  .strictObject({
    /** Another host does not get the headers of the last one: they go, unless they are said anew. */
    url: z.string().max(500).optional(),
    headers: Headers.optional(),
    tools: ToolNames.optional(),
    enabled: z.boolean().optional(),
  })
  .openapi('McpServerChange')
export type McpServerChange = z.output<typeof McpServerChange>

export const ChosenTool = z
  .object({
    name: z.string(),
    description: z.string(),
    /** JSON Schema of its arguments. */
    parameters: z.record(z.string(), z.json().openapi('McpParameter')),
    /** Whether the user must agree to each call: all but what says it only reads, or destroys nothing. */
    confirms: z.boolean(),
  })
  .openapi('McpTool')
export type ChosenTool = z.infer<typeof ChosenTool>

export const McpServer = z
  .object({
    id: z.uuid(),
    name: z.string(),
    url: z.string(),
    headers: z.array(z.string()).openapi({ description: 'Names alone' }),
    tools: z.array(ChosenTool).openapi({ description: 'As they were when they were chosen' }),
    enabled: z.boolean(),
    created_at: time(),
    updated_at: time(),
  })
  .openapi('McpServer')
export type McpServer = z.infer<typeof McpServer>

export const McpServerList = z.object({ items: z.array(McpServer) }).openapi('McpServerList')
export type McpServerList = z.infer<typeof McpServerList>

export const McpToolList = z.object({ items: z.array(ChosenTool) }).openapi('McpToolList')
export type McpToolList = z.infer<typeof McpToolList>
