/** Tools of other MCP servers, as an administrator of the tenant chose them. */
import { ProblemError } from '../../shared/errors.ts'
import { callTenantTool, qualified, type TenantTool, tenantTools } from '../mcp/service.ts'
import type { Tool, ToolContext } from './define-service.ts'

/** Beyond what one request to a server may take: a call needs three. */
const TIMEOUT_MS = 20_000

/** Of two that get one name the first is there. */
export async function remoteTools(ctx: ToolContext): Promise<Tool[]> {
  const tools = new Map<string, Tool>()
  for (const tool of await tenantTools(ctx)) {
    const name = qualified(tool.server, tool.name)
    if (!tools.has(name)) tools.set(name, toTool(name, tool))
  }
  return [...tools.values()]
}

function toTool(name: string, { description, parameters, confirms, ...tool }: TenantTool): Tool {
  return {
    description: { name, description, parameters },
    permission: 'rag.query',
    timeoutMs: TIMEOUT_MS,
    confirms: () => confirms,
    // The server’s own to say: its schemas are no code of ours to run.
    problemOf: () => undefined,
    async run(ctx, args, { signal }) {
      try {
        const { isError, text } = await callTenantTool(ctx, tool, args, signal)
        return isError ? { ok: false, problem: text.slice(0, 500) } : { ok: true, content: text }
      } catch (error) {
        if (!(error instanceof ProblemError)) throw error
        return { ok: false, problem: 'its server does not answer.' }
      }
    },
  }
}
