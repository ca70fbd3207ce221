/** Words of the page of MCP servers, which is opened later and must stay small: it brings its own alone. */
import { useMessages } from './locale.tsx'
import { mcpServers as en } from './mcp-servers-en.ts'
import { mcpServers as ru } from './mcp-servers-ru.ts'

/** By the code of their language. */
export const MCP_SERVERS = { en, ru }

export const useMcpMessages = (): typeof en => (useMessages().locale === 'ru' ? ru : en)
