/**
 * HTTP for the MCP server: `POST /mcp`, the streamable HTTP transport without sessions and without a stream of
 * its own; and where its tokens come from (RFC 9728), which a 401 of /mcp points to.
 */
import { createRoute, z } from '@hono/zod-openapi'
import { ProblemError } from '../../shared/errors.ts'
import { open, secured } from '../../shared/guards.ts'
import { type AppEnv, createRouter, json, jsonBody, problems } from '../../shared/http.ts'
import { limited, type LimitContext } from '../limits/service.ts'
import { VERSIONS } from './protocol.ts'
import { ResourceMetadata, RpcAnswer, RpcMessage } from './schemas.ts'
import { answerMessage, type McpContext, resourceMetadata } from './service.ts'

const TAGS = ['mcp']
const PATH = '/mcp'
const METADATA = '/.well-known/oauth-protected-resource'

const message = limited(
  'ask',
  secured(
    'rag.query',
    createRoute({
      method: 'post',
      path: PATH,
      operationId: 'postMcpMessage',
      summary: 'The Model Context Protocol: tools ask, search and flag',
      tags: TAGS,
      request: {
        headers: z.object({ 'mcp-protocol-version': z.string().optional() }),
        body: jsonBody(RpcMessage),
      },
      responses: {
        200: json(RpcAnswer, 'The answer to a request'),
        202: { description: 'A notification was taken' },
        ...problems('invalid_request', 'unauthenticated', 'forbidden', 'dependency_down'),
      },
    }),
  ),
)

const notAllowed = (method: 'get' | 'delete', operationId: string) =>
  open(
    createRoute({
      method,
      path: PATH,
      operationId,
      tags: TAGS,
      responses: { 405: { description: 'There are no sessions, and the server begins nothing' } },
    }),
  )

const metadata = (path: string, operationId: string) =>
  open(
    createRoute({
      method: 'get',
      path,
      operationId,
      tags: TAGS,
      responses: { 200: json(ResourceMetadata, 'Who gives tokens for /mcp (RFC 9728)') },
    }),
  )

interface RoutesEnv extends AppEnv<McpContext & LimitContext> {
  Bindings: { readonly PUBLIC_URL: string }
}

export const mcpRoutes = createRouter<RoutesEnv>('invalid_request')
  .openapi(message, async (c) => {
    const version = c.req.valid('header')['mcp-protocol-version']
    if (version !== undefined && !VERSIONS.some((known) => known === version)) {
      const detail = `MCP-Protocol-Version must be one of ${VERSIONS.join(', ')}.`
      throw new ProblemError('invalid_request', detail)
    }
    const answer = await answerMessage(c.var.ctx, c.req.valid('json'), c.req.raw.signal)
    return answer ? c.json(answer, 200) : c.body(null, 202)
  })
  .openapi(notAllowed('get', 'openMcpStream'), (c) => c.body(null, 405, { allow: 'POST' }))
  .openapi(notAllowed('delete', 'endMcpSession'), (c) => c.body(null, 405, { allow: 'POST' }))
  .openapi(metadata(METADATA, 'getProtectedResourceMetadata'), (c) =>
    c.json(resourceMetadata(c.env.PUBLIC_URL), 200),
  )
  .openapi(metadata(`${METADATA}/mcp`, 'getMcpResourceMetadata'), (c) =>
    c.json(resourceMetadata(c.env.PUBLIC_URL), 200),
  )
