/**
 * MCP servers of others as tools of a tenant's assistants. An administrator registers one and chooses tools; what is
 * told to a model of a tool is what was read then, so a server cannot change it afterwards.
 */
import type { WithEnv } from '../../shared/context.ts'
import { ProblemError } from '../../shared/errors.ts'
import { newId } from '../../shared/ids.ts'
import { type KeyContext, openText, sealText } from '../provider-keys/service.ts'
import { faultOf } from './address.ts'
import { callRemoteTool, listRemoteTools, type Remote, type RemoteTool } from './remote-client.ts'
import type {
  ChosenTool,
  McpServer,
  McpServerChange,
  McpServerList,
  McpToolList,
  NewMcpServer,
} from './server-schemas.ts'
import * as store from './server-store.ts'

export type ServerContext = KeyContext & WithEnv<{ readonly MCP_HOSTS: string }>

/** Servers of a tenant; a few more in a race do no harm. */
const MOST_SERVERS = 20
/** Characters of a description and of a schema that a model is told of every time. */
const MOST_WORDS = { description: 1000, parameters: 10_000 }

export async function listServers(ctx: ServerContext): Promise<McpServerList> {
  return { items: (await store.selectServers(ctx)).map(toServer) }
}

/** @throws ProblemError not_found */
export const getServer = async (ctx: ServerContext, id: string): Promise<McpServer> =>
  toServer(await getRow(ctx, id))

/** @throws ProblemError invalid_fields; conflict for a name in use; dependency_down when tools are chosen of a server that does not answer */
export async function createServer(
  ctx: ServerContext,
  { name, url, headers, tools: chosen }: NewMcpServer,
  signal: AbortSignal,
): Promise<McpServer> {
  checkAddress(ctx, url)
  const [id, version, at] = [newId(ctx.now()), 1, ctx.now()]
  if ((await store.selectServers(ctx)).length >= MOST_SERVERS) {
    throw new ProblemError('conflict', `There are ${MOST_SERVERS} servers already.`)
  }
  const tools = await choose(ctx, { url, headers }, chosen, signal)
  const sealed = await sealHeaders(ctx, id, version, headers)
  const row = { id, name, url, ...sealed, version, tools, enabled: true }
  if (await store.insertServer(ctx, { ...row, createdAt: at, updatedAt: at })) {
    return getServer(ctx, id)
  }
  throw new ProblemError('conflict', `There is a server named ${name} already.`)
}

/** @throws ProblemError not_found; as `createServer`; conflict when somebody else changed it at the same moment */
export async function changeServer(
  ctx: ServerContext,
  id: string,
  { url: moved, headers: given, tools: chosen, enabled }: McpServerChange,
  signal: AbortSignal,
): Promise<McpServer> {
  const row = await getRow(ctx, id)
  const url = moved ?? row.url
  checkAddress(ctx, url)
  const isElsewhere = new URL(url).origin !== new URL(row.url).origin
  const headers = given ?? (isElsewhere ? {} : await headersOf(ctx, row))
  const wanted = chosen ?? (moved === undefined ? undefined : row.tools.map(({ name }) => name))
  const tools = wanted ? await choose(ctx, { url, headers }, wanted, signal) : row.tools
  const sealed = await sealHeaders(ctx, id, row.version + 1, headers)
  const set = { url, ...sealed, tools, ...(enabled !== undefined && { enabled }) }
  if (await store.updateServer(ctx, row, set)) return getServer(ctx, id)
  throw new ProblemError('conflict', 'It was changed at the same moment; look, and try again.')
}

/** @throws ProblemError not_found */
export async function deleteServer(ctx: ServerContext, id: string): Promise<void> {
  if (!(await store.deleteServer(ctx, id))) throw missing()
}

/** What the server has now, to choose from. @throws ProblemError not_found, invalid_fields, dependency_down */
export async function listServerTools(
  ctx: ServerContext,
  id: string,
  signal: AbortSignal,
): Promise<McpToolList> {
  const row = await getRow(ctx, id)
  checkAddress(ctx, row.url)
  const remote = { url: row.url, headers: await headersOf(ctx, row) }
  return {
    items: (await listRemoteTools(ctx, remote, signal)).flatMap((tool) => toChosen(tool) ?? []),
  }
}

export interface TenantTool extends ChosenTool {
  serverId: string
  server: string
}

/** All tools chosen of servers that may be called, for the tenant's assistants. */
export async function tenantTools(ctx: ServerContext): Promise<TenantTool[]> {
  if (ctx.env.MCP_HOSTS === '') return []
  const rows = await store.selectServers(ctx)
  return rows
    .filter(({ enabled, url }) => enabled && faultOf(url, ctx.env.MCP_HOSTS) === undefined)
    .flatMap(({ id, name, tools }) =>
      tools.map((tool) => ({ ...tool, serverId: id, server: name })),
    )
}

/** @throws ProblemError not_found, dependency_down */
export async function callTenantTool(
  ctx: ServerContext,
  { serverId, name }: Pick<TenantTool, 'serverId' | 'name'>,
  args: unknown,
  signal: AbortSignal,
): Promise<{ isError: boolean; text: string }> {
  const row = await getRow(ctx, serverId)
  if (!row.enabled || faultOf(row.url, ctx.env.MCP_HOSTS) !== undefined) throw missing()
  const remote = { url: row.url, headers: await headersOf(ctx, row) }
  return callRemoteTool(ctx, remote, { name, args }, signal)
}

/** @throws ProblemError invalid_fields */
function checkAddress({ env }: ServerContext, url: string): void {
  const detail = faultOf(url, env.MCP_HOSTS)
  if (detail) throw invalid('/url', detail)
}

async function choose(
  ctx: ServerContext,
  remote: Remote,
  names: readonly string[],
  signal: AbortSignal,
): Promise<ChosenTool[]> {
  if (names.length === 0) return []
  const known = await listRemoteTools(ctx, remote, signal)
  return names.map((name, index) => {
    const tool = known.find((one) => one.name === name)
    if (!tool) throw invalid(`/tools/${index}`, 'is no tool of this server')
    const chosen = toChosen(tool)
    if (!chosen) throw invalid(`/tools/${index}`, 'has a schema that is too long')
    return chosen
  })
}

/** Undefined when its schema is too long. What a server says of its tools is a hint at best. */
function toChosen(tool: RemoteTool): ChosenTool | undefined {
  const { name, title, annotations, inputSchema } = tool
  const { $schema: _, ...schema } = inputSchema
  const text = JSON.stringify(schema)
  if (text.length > MOST_WORDS.parameters) return undefined
  const description = (tool.description || title || name).slice(0, MOST_WORDS.description)
  const { readOnlyHint = false, destructiveHint = true } = annotations
  return {
    name,
    description,
    parameters: JSON.parse(text),
    confirms: !readOnlyHint && destructiveHint,
  }
}

async function sealHeaders(
  ctx: ServerContext,
  id: string,
  version: number,
  headers: Readonly<Record<string, string>>,
) {
  const headerNames = Object.keys(headers)
  if (headerNames.length === 0) return { headers: null, headerNames }
  const sealed = await sealText(ctx, placeOf(id, version), JSON.stringify(headers))
  return { headers: sealed, headerNames }
}

async function headersOf(
  ctx: ServerContext,
  { id, version, headers }: store.ServerRow,
): Promise<Record<string, string>> {
  return headers === null ? {} : JSON.parse(await openText(ctx, placeOf(id, version), headers))
}

const placeOf = (id: string, version: number) => ({ provider: 'mcp', field: id, version })

async function getRow(ctx: ServerContext, id: string): Promise<store.ServerRow> {
  const row = await store.findServer(ctx, id)
  if (!row) throw missing()
  return row
}

const missing = () => new ProblemError('not_found', 'This tenant has no such server.')

function invalid(pointer: string, detail: string): ProblemError {
  const errors = [{ in: 'json', pointer, detail }]
  return new ProblemError('invalid_fields', 'Correct the fields named in errors.', { errors })
}

const toServer = (row: store.ServerRow): McpServer => ({
  id: row.id,
  name: row.name,
  url: row.url,
  headers: row.headerNames,
  tools: row.tools,
  enabled: row.enabled,
  created_at: row.createdAt.toISOString(),
  updated_at: row.updatedAt.toISOString(),
})
