/** The Model Context Protocol as it travels, as far as this server speaks it: JSON-RPC 2.0 over HTTP. */
import { z } from '@hono/zod-openapi'

const Params = z.looseObject({})

/** A request, or without `id` a notification; or, without `method`, an answer, which nobody here waits for. */
export const RpcMessage = z
  .looseObject({
    jsonrpc: z.literal('2.0'),
    id: z.union([z.string().max(200), z.number()]).optional(),
    method: z.string().max(200).optional(),
    params: Params.optional(),
  })
  .openapi('McpMessage')
export type RpcMessage = z.output<typeof RpcMessage>

export const RpcAnswer = z
  .object({
    jsonrpc: z.literal('2.0'),
    id: z.union([z.string(), z.number()]),
    result: z.looseObject({}).optional(),
    error: z.object({ code: z.int(), message: z.string() }).optional(),
  })
  .openapi('McpAnswer')
export type RpcAnswer = z.infer<typeof RpcAnswer>

/** RFC 9728. */
export const ResourceMetadata = z
  .object({
    resource: z.url(),
    authorization_servers: z.array(z.url()),
    scopes_supported: z.array(z.string()),
    bearer_methods_supported: z.array(z.string()),
    resource_name: z.string(),
  })
  .openapi('ProtectedResourceMetadata')
export type ResourceMetadata = z.infer<typeof ResourceMetadata>
