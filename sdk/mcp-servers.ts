/** MCP servers of others whose tools the tenant's assistants may call. */
import type {
  McpServer,
  McpServerChange,
  McpServerList,
  McpToolList,
  NewMcpServer,
} from '../workers/mcp/server-schemas.ts'
import type { Transport } from './transport.ts'

const BASE = '/api/admin/mcp-servers'
const at = (id: string) => `${BASE}/${encodeURIComponent(id)}`

export class McpServers {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  list(signal?: AbortSignal): Promise<McpServerList> {
    return this.#transport.json(BASE, { signal })
  }

  /** @throws VoiceAssistError `conflict` for a name in use, `invalid_fields` for an address that is not allowed */
  create(server: Pick<NewMcpServer, 'name' | 'url'> & Partial<NewMcpServer>): Promise<McpServer> {
    return this.#transport.json(BASE, { method: 'POST', body: server })
  }

  change(id: string, change: McpServerChange): Promise<McpServer> {
    return this.#transport.json(at(id), { method: 'PATCH', body: change })
  }

  async remove(id: string): Promise<void> {
    await this.#transport.send(at(id), { method: 'DELETE' })
  }

  /** What the server has now; it is asked. @throws VoiceAssistError `dependency_down` when it does not answer */
  tools(id: string, signal?: AbortSignal): Promise<McpToolList> {
    return this.#transport.json(`${at(id)}/tools`, { signal })
  }
}
