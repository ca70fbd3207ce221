/** One MCP server: where it is, whether assistants may call it, and which tools were chosen of it. */
import { ListChecks, PlugZap, Trash2 } from 'lucide-react'
import { useState } from 'react'
import type { McpServer } from '../../../mcp/server-schemas.ts'
import { useMcpActions } from '../../lib/mcp-server-queries.ts'
import { useMcpMessages } from '../../messages/mcp-servers.ts'
import { IconButton } from '../../ui/button.tsx'
import { cell, wide } from '../../ui/data-table.tsx'
import { ErrorNote } from '../../ui/error-note.tsx'
import { Switch } from '../../ui/switch.tsx'
import { When } from '../../ui/when.tsx'

interface ServerRowProps {
  server: McpServer
  onTools: () => void
  onRemove: () => void
}

export function ServerRow({ server, onTools, onRemove }: ServerRowProps) {
  const words = useMcpMessages()
  const { change, test } = useMcpActions()
  const { name, url, headers, tools, enabled } = server
  const [error, setError] = useState<unknown>(null)
  const [isTesting, setTesting] = useState(false)
  const toggle = () => {
    setError(null)
    change(server, { enabled: !enabled }).catch(setError)
  }
  const check = async () => {
    setTesting(true)
    await test(server)
    setTesting(false)
  }
  const names = tools.map((tool) => tool.name).join(', ')
  return (
    <tr className="h-9 hover:bg-raised/50">
      <td className={cell}>
        <span className="block truncate font-medium">{name}</span>
        <span className="block truncate text-sm text-muted" title={url}>
          {url}
        </span>
        <span className="block truncate text-sm text-muted">
          {headers.length > 0 ? words.headersOf(headers.join(', ')) : words.noHeaders}
        </span>
        <span className="block text-sm text-muted md:hidden">{words.toolCount(tools.length)}</span>
        {error !== null && <ErrorNote error={error} />}
      </td>
      <td className={cell}>
        <Switch isOn={enabled} label={words.switchOf(name)} onToggle={toggle} />
        <span className="ml-2 text-sm text-muted max-sm:sr-only">
          {enabled ? words.on : words.off}
        </span>
      </td>
      <td className={`${cell} ${wide}`}>
        <span className="block text-sm">{words.toolCount(tools.length)}</span>
        <span className="line-clamp-2 font-mono text-xs break-words text-muted" title={names}>
          {names}
        </span>
      </td>
      <td className={`${cell} text-muted ${wide}`}>
        <When iso={server.updated_at} />
      </td>
      <td className={`${cell} px-1! text-right whitespace-nowrap`}>
        <IconButton label={words.testOf(name)} disabled={isTesting} onClick={() => void check()}>
          <PlugZap size={16} aria-hidden />
        </IconButton>
        <IconButton label={words.toolsOf(name)} onClick={onTools}>
          <ListChecks size={16} aria-hidden />
        </IconButton>
        <IconButton label={words.removeOf(name)} onClick={onRemove}>
          <Trash2 size={16} aria-hidden />
        </IconButton>
      </td>
    </tr>
  )
}
