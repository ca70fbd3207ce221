/**
 * A client of other MCP servers: streamable HTTP, one request after another, nothing kept in between. What a
 * server says is untrusted: its answers are cut to size, it is given little time, and it redirects nobody.
 */
import type { JSONRPCRequest } from '@modelcontextprotocol/sdk/types.js'
import { z } from 'zod'
import type { ServiceContext } from '../../shared/context.ts'
import { ProblemError } from '../../shared/errors.ts'
import { tracedFetch } from '../../shared/traced-fetch.ts'
import { VERSIONS } from './protocol.ts'

export interface Remote {
  url: string
  headers: Readonly<Record<string, string>>
}

/** Milliseconds for one request; bytes of an answer; tools looked at, over all pages. */
const [TIMEOUT_MS, MOST_BYTES, MOST_TOOLS] = [10_000, 1024 * 1024, 200]

const Answer = z.looseObject({
  id: z.union([z.string(), z.number()]).optional(),
  result: z.looseObject({}).optional(),
  error: z.looseObject({ message: z.string() }).optional(),
})

const Begun = z.looseObject({ protocolVersion: z.string() })

const RemoteTool = z.looseObject({
  name: z.string().min(1).max(128),
  title: z.string().optional(),
  description: z.string().default(''),
  inputSchema: z.looseObject({ type: z.literal('object') }),
  annotations: z
    .looseObject({ readOnlyHint: z.boolean(), destructiveHint: z.boolean() })
    .partial()
    .default({}),
})
export type RemoteTool = z.output<typeof RemoteTool>

const Page = z.looseObject({ tools: z.array(RemoteTool), nextCursor: z.string().optional() })

const Called = z.looseObject({
  content: z.array(z.looseObject({ type: z.string(), text: z.string().optional() })).default([]),
  structuredContent: z.unknown().optional(),
  isError: z.boolean().default(false),
})

/** @throws ProblemError dependency_down when the server does not answer, or not as the protocol has it */
export const listRemoteTools = (
  ctx: ServiceContext,
  remote: Remote,
  signal: AbortSignal,
): Promise<RemoteTool[]> =>
  inSession(ctx, remote, signal, async (ask) => {
    const tools: RemoteTool[] = []
    for (let cursor: string | undefined; ;) {
      const page = Page.parse(await ask('tools/list', cursor === undefined ? {} : { cursor }))
      tools.push(...page.tools)
      if (page.nextCursor === undefined || tools.length >= MOST_TOOLS) return tools
      cursor = page.nextCursor
    }
  })

/** What the tool said, as text. @throws ProblemError as `listRemoteTools` */
export const callRemoteTool = (
  ctx: ServiceContext,
  remote: Remote,
  { name, args }: { name: string; args: unknown },
  signal: AbortSignal,
): Promise<{ isError: boolean; text: string }> =>
  inSession(ctx, remote, signal, async (ask) => {
    const result = Called.parse(await ask('tools/call', { name, arguments: args }))
    const parts = result.content.map(({ type, text }) => text ?? `[${type}: not shown]`)
    const { isError, structuredContent } = result
    const text = parts.join('\n') || (structuredContent ? JSON.stringify(structuredContent) : '')
    return { isError, text }
  })

type Ask = (method: string, params: JSONRPCRequest['params']) => Promise<object>

async function inSession<Result>(
  ctx: ServiceContext,
  remote: Remote,
  signal: AbortSignal,
  work: (ask: Ask) => Promise<Result>,
): Promise<Result> {
  try {
    const session = { headers: {} as Record<string, string>, id: 0 }
    const send = (message: object) => post(remote, session.headers, message, signal)
    const ask: Ask = async (method, params) => {
      const id = ++session.id
      const response = await send({ jsonrpc: '2.0', id, method, params })
      const key = response.headers.get('mcp-session-id')
      if (key) session.headers['mcp-session-id'] = key
      return resultOf(await read(response), id)
    }
    const clientInfo = { name: 'voiceassist', version: '1' }
    const protocolVersion = VERSIONS[0]
    const begun = await ask('initialize', { protocolVersion, capabilities: {}, clientInfo })
    session.headers['mcp-protocol-version'] = Begun.parse(begun).protocolVersion
    const noted = await send({ jsonrpc: '2.0', method: 'notifications/initialized' })
    await noted.body?.cancel()
    return await work(ask)
  } catch (error) {
    if (signal.aborted || error instanceof ProblemError) throw error
    ctx.log.warn('an MCP server failed', { server: new URL(remote.url).host, error })
    throw unusable(error)
  }
}

async function post(
  { url, headers }: Remote,
  more: Readonly<Record<string, string>>,
  message: object,
  signal: AbortSignal,
): Promise<Response> {
  const response = await tracedFetch(url, {
    method: 'POST',
    redirect: 'manual',
    headers: {
      ...headers,
      ...more,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
    },
    body: JSON.stringify(message),
    signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
  })
  if (!response.ok) throw new Error(`the server answered ${response.status}`)
  return response
}

/** The messages of an answer: one as JSON, or each event of a stream. */
async function read(response: Response): Promise<unknown[]> {
  const text = await readText(response)
  if (!response.headers.get('content-type')?.includes('text/event-stream'))
    return [JSON.parse(text)]
  return text
    .split(/\r?\n\r?\n/)
    .map((event) =>
      event
        .split(/\r?\n/)
        .filter((line) => line.startsWith('data:'))
        .map((line) => line.slice(5).trimStart())
        .join('\n'),
    )
    .filter(Boolean)
    .map((data) => JSON.parse(data))
}

async function readText({ body }: Response): Promise<string> {
  const decoder = new TextDecoder()
  let [text, bytes] = ['', 0]
  for await (const chunk of body ?? []) {
    bytes += chunk.byteLength
    if (bytes > MOST_BYTES) throw new Error('the server said too much')
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}

function resultOf(messages: unknown[], id: number): object {
  const answer = messages.map((message) => Answer.parse(message)).find((one) => one.id === id)
  if (answer?.result) return answer.result
  throw new Error(answer?.error ? 'the server refused the request' : 'the server did not answer')
}

function unusable(cause: unknown): ProblemError {
  const detail = 'The MCP server does not answer as it should. Look at its address and headers.'
  return new ProblemError('dependency_down', detail, { cause, retryAfterSeconds: 5 })
}
