/** MCP servers of others and what can be done about one, over the client and the query cache. */
import { useQuery } from '@tanstack/react-query'
import type { McpServer, McpServerChange, NewMcpServer } from '../../mcp/server-schemas.ts'
import { useMcpMessages } from '../messages/mcp-servers.ts'
import { useToasts } from '../ui/toasts.tsx'
import { useServices } from './services.tsx'

const SERVERS = ['mcp-servers'] as const

export function useMcpServers() {
  const { client } = useServices()
  return useQuery({
    queryKey: SERVERS,
    queryFn: async ({ signal }) => (await client.mcpServers.list(signal)).items,
  })
}

/** What the server has now; it is asked each time the choice is opened. */
export function useServerTools(id: string) {
  const { client } = useServices()
  return useQuery({
    queryKey: ['mcp-server-tools', id],
    queryFn: async ({ signal }) => (await client.mcpServers.tools(id, signal)).items,
    staleTime: 0,
    gcTime: 0,
    refetchOnWindowFocus: false,
  })
}

/** Each but `test` throws VoiceAssistError, for the question that asked to show. */
export function useMcpActions() {
  const { client, queries } = useServices()
  const { succeed, fail } = useToasts()
  const words = useMcpMessages()
  const refresh = () => queries.invalidateQueries({ queryKey: SERVERS })
  return {
    create: async (server: Pick<NewMcpServer, 'name' | 'url' | 'headers'>): Promise<McpServer> => {
      const made = await client.mcpServers.create(server)
      succeed(words.added(made.name))
      await refresh()
      return made
    },
    choose: async ({ id }: McpServer, tools: string[]) => {
      await client.mcpServers.change(id, { tools })
      succeed(words.saved(tools.length))
      await refresh()
    },
    change: async ({ id, name }: McpServer, change: McpServerChange) => {
      await client.mcpServers.change(id, change)
      succeed(words.changed(name))
      await refresh()
    },
    remove: async ({ id, name }: McpServer) => {
      await client.mcpServers.remove(id)
      succeed(words.removed(name))
      await refresh()
    },
    test: async ({ id, name }: McpServer) => {
      try {
        const { items } = await client.mcpServers.tools(id)
        succeed(words.answers(name, items.length))
      } catch (thrown) {
        fail(words.failed(name), thrown)
      }
    },
  }
}
