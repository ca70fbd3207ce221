/** What a server has now, to choose from; the server is asked when this is opened. */
import { useId } from 'react'
import type { ChosenTool, McpServer } from '../../../mcp/server-schemas.ts'
import { useMcpActions, useServerTools } from '../../lib/mcp-server-queries.ts'
import { useSubmit } from '../../lib/submit.ts'
import { useMessages } from '../../messages/locale.tsx'
import { useMcpMessages } from '../../messages/mcp-servers.ts'
import { Button } from '../../ui/button.tsx'
import { ErrorNote } from '../../ui/error-note.tsx'
import { Modal } from '../../ui/modal.tsx'
import { Skeletons } from '../../ui/page-states.tsx'

interface ServerToolsProps {
  server: McpServer
  onClose: () => void
}

export function ServerTools({ server, onClose }: ServerToolsProps) {
  const words = useMcpMessages()
  const { data, error, refetch, isFetching } = useServerTools(server.id)
  return (
    <Modal title={words.toolsOf(server.name)} onClose={onClose} isWide>
      {error && !isFetching ? (
        <div className="space-y-2">
          <p>{words.unreachable}</p>
          <ErrorNote error={error} onRetry={() => void refetch()} />
        </div>
      ) : data ? (
        <Choice server={server} tools={data} onClose={onClose} />
      ) : (
        <Skeletons rows={4} />
      )}
    </Modal>
  )
}

interface ChoiceProps extends ServerToolsProps {
  tools: readonly ChosenTool[]
}

function Choice({ server, tools, onClose }: ChoiceProps) {
  const words = useMcpMessages()
  const { common } = useMessages()
  const { choose } = useMcpActions()
  const { onSubmit, error, isBusy } = useSubmit(async (form) => {
    await choose(
      server,
      form.getAll('tool').filter((name) => typeof name === 'string'),
    )
    onClose()
  })
  const chosen = new Set(server.tools.map(({ name }) => name))
  const lost = server.tools.filter(({ name }) => !tools.some((tool) => tool.name === name))
  return (
    <form onSubmit={onSubmit} className="space-y-4">
      <p className="text-pretty text-muted">{words.chooseHint}</p>
      {tools.length === 0 && <p>{words.noTools}</p>}
      <ul className="max-h-[50dvh] space-y-2 overflow-y-auto">
        {tools.map((tool) => (
          <Tool key={tool.name} tool={tool} isChosen={chosen.has(tool.name)} />
        ))}
        {lost.map(({ name }) => (
          <li key={name} className="text-sm text-warn">
            <code className="font-mono">{name}</code> · {words.missing}
          </li>
        ))}
      </ul>
      {error !== null && <ErrorNote error={error} />}
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>{common.cancel}</Button>
        <Button type="submit" look="primary" disabled={isBusy}>
          {words.save}
        </Button>
      </div>
    </form>
  )
}

function Tool({ tool, isChosen }: { tool: ChosenTool; isChosen: boolean }) {
  const words = useMcpMessages()
  const id = useId()
  const { name, description, confirms } = tool
  return (
    <li className="flex items-start gap-2">
      <input
        id={id}
        type="checkbox"
        name="tool"
        value={name}
        defaultChecked={isChosen}
        aria-describedby={`${id}-note`}
        className="mt-[3px] size-4 shrink-0 accent-accent"
      />
      <div className="min-w-0">
        <label htmlFor={id} className="font-mono break-words">
          {name}
        </label>
        <p id={`${id}-note`} className="text-sm break-words text-muted">
          {description}{' '}
          <span className={confirms ? 'text-warn' : 'text-good'}>
            ({confirms ? words.confirms : words.reads})
          </span>
        </p>
      </div>
    </li>
  )
}
