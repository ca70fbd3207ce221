/** MCP servers of others: added, tested, switched, given up, and which of their tools may be called. */
import { useNavigate, useSearch } from '@tanstack/react-router'
import { Blocks, Plus } from 'lucide-react'
import { useState } from 'react'
import type { McpServer } from '../../../mcp/server-schemas.ts'
import { useMcpActions, useMcpServers } from '../../lib/mcp-server-queries.ts'
import { textOf } from '../../lib/submit.ts'
import { useMessages } from '../../messages/locale.tsx'
import { useMcpMessages } from '../../messages/mcp-servers.ts'
import { Button } from '../../ui/button.tsx'
import { ConfirmDelete } from '../../ui/confirm-delete.tsx'
import { DataTable, wide } from '../../ui/data-table.tsx'
import { TextField } from '../../ui/field.tsx'
import { FormModal } from '../../ui/form-modal.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Empty, Page } from '../../ui/page.tsx'
import { ServerRow } from './server-row.tsx'
import { ServerTools } from './server-tools.tsx'

export function McpServersPage() {
  const words = useMcpMessages()
  const { create = false, server: chosen } = useSearch({ from: '/shell/mcp-servers' })
  const navigate = useNavigate({ from: '/mcp-servers' })
  const query = useMcpServers()
  const show = (search: { create?: boolean; server?: string }) =>
    void navigate({ search, replace: true })
  const server = query.data?.find(({ id }) => id === chosen)
  return (
    <Page
      title={words.title}
      subtitle={words.subtitle}
      action={
        <Button look="primary" onClick={() => show({ create: true })}>
          <Plus size={16} aria-hidden />
          <span className="max-sm:sr-only">{words.create}</span>
        </Button>
      }
    >
      <Loaded query={query} rows={4}>
        {(shown) =>
          shown.length === 0 ? (
            <Empty icon={<Blocks size={32} />} title={words.emptyTitle} hint={words.emptyHint} />
          ) : (
            <ServerTable shown={shown} onTools={({ id }) => show({ server: id })} />
          )
        }
      </Loaded>
      {create && <AddServer onClose={() => show({})} onMade={({ id }) => show({ server: id })} />}
      {server && <ServerTools server={server} onClose={() => show({})} />}
    </Page>
  )
}

interface ServerTableProps {
  shown: readonly McpServer[]
  onTools: (server: McpServer) => void
}

function ServerTable({ shown, onTools }: ServerTableProps) {
  const words = useMcpMessages()
  const { common } = useMessages()
  const { columns } = words
  const { remove } = useMcpActions()
  const [condemned, setCondemned] = useState<McpServer | null>(null)
  return (
    <>
      <DataTable
        label={words.table}
        columns={[
          { key: 'server', title: columns.server },
          { key: 'state', title: columns.state, className: 'w-24' },
          { key: 'tools', title: columns.tools, className: `w-64 ${wide}` },
          { key: 'changed', title: columns.changed, className: `w-32 ${wide}` },
          { key: 'actions', title: common.actions, className: 'w-28', isSilent: true },
        ]}
      >
        {shown.map((server) => (
          <ServerRow
            key={server.id}
            server={server}
            onTools={() => onTools(server)}
            onRemove={() => setCondemned(server)}
          />
        ))}
      </DataTable>
      {condemned && (
        <ConfirmDelete
          title={words.removeTitle}
          hint={words.removeHint}
          name={condemned.name}
          label={words.typeName(condemned.name)}
          onClose={() => setCondemned(null)}
          onConfirm={async () => {
            await remove(condemned)
            setCondemned(null)
          }}
        />
      )}
    </>
  )
}

interface AddServerProps {
  onClose: () => void
  onMade: (server: McpServer) => void
}

function AddServer({ onClose, onMade }: AddServerProps) {
  const words = useMcpMessages()
  const { create } = useMcpActions()
  return (
    <FormModal
      title={words.create}
      submit={words.create}
      onClose={onClose}
      onSubmit={async (form) => {
        const header = textOf(form, 'header').trim()
        onMade(
          await create({
            name: textOf(form, 'name').trim(),
            url: textOf(form, 'url').trim(),
            headers: header === '' ? {} : { [header]: textOf(form, 'value').trim() },
          }),
        )
      }}
    >
      <TextField
        label={words.name}
        hint={words.nameHint}
        name="name"
        maxLength={24}
        autoComplete="off"
        required
      />
      <TextField
        label={words.url}
        hint={words.urlHint}
        name="url"
        type="url"
        maxLength={500}
        autoComplete="off"
        placeholder="https://mcp.example.com/mcp"
        required
      />
      <TextField
        label={words.header}
        hint={words.headerHint}
        name="header"
        maxLength={64}
        autoComplete="off"
      />
      <TextField
        label={words.value}
        name="value"
        type="password"
        maxLength={4096}
        autoComplete="new-password"
      />
    </FormModal>
  )
}
