/** Assistants: the list, or one of them, at its own address. */
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { Bot, Plus } from 'lucide-react'
import type { Assistant } from '../../../assistant/assistant-schemas.ts'
import { useAssistantActions, useAssistants } from '../../lib/assistant-queries.ts'
import { textOf } from '../../lib/submit.ts'
import { useLateMessages } from '../../messages/late.ts'
import { useMessages } from '../../messages/locale.tsx'
import { Button } from '../../ui/button.tsx'
import { cell, DataTable, wide } from '../../ui/data-table.tsx'
import { CheckField, TextField } from '../../ui/field.tsx'
import { FormModal } from '../../ui/form-modal.tsx'
import { LoadMore } from '../../ui/load-more.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Empty, Page } from '../../ui/page.tsx'
import { When } from '../../ui/when.tsx'
import { WithSource } from '../../ui/with-source.tsx'
import { AssistantEditor } from './assistant-editor.tsx'

export function AssistantsPage() {
  const search = useSearch({ from: '/shell/assistants' })
  const { assistant } = search
  return (
    <WithSource search={search}>
      {assistant ? <AssistantEditor key={assistant} id={assistant} /> : <AssistantList />}
    </WithSource>
  )
}

function AssistantList() {
  const { assistants } = useLateMessages()
  const { create, archived = false } = useSearch({ from: '/shell/assistants' })
  const navigate = useNavigate({ from: '/assistants' })
  const query = useAssistants(archived)
  const action = (
    <Button look="primary" onClick={() => void navigate({ search: { create: true } })}>
      <Plus size={16} aria-hidden />
      <span className="max-sm:sr-only">{assistants.create}</span>
    </Button>
  )
  return (
    <Page title={assistants.title} subtitle={assistants.subtitle} action={action}>
      <div className="mb-3">
        <CheckField
          label={assistants.showArchived}
          checked={archived}
          onChange={({ target: { checked } }) =>
            void navigate({ search: checked ? { archived: true } : {}, replace: true })
          }
        />
      </div>
      <Loaded query={query} rows={4}>
        {({ pages }) => <AssistantTable shown={pages.flatMap(({ items }) => items)} />}
      </Loaded>
      <LoadMore query={query} />
      {create && <CreateAssistant />}
    </Page>
  )
}

function AssistantTable({ shown }: { shown: readonly Assistant[] }) {
  const { assistants } = useLateMessages()
  const { archived = false } = useSearch({ from: '/shell/assistants' })
  if (shown.length === 0) {
    return archived ? (
      <Empty icon={<Bot size={32} />} title={assistants.archivedEmpty} />
    ) : (
      <Empty icon={<Bot size={32} />} title={assistants.emptyTitle} hint={assistants.emptyHint} />
    )
  }
  const { columns } = assistants
  return (
    <DataTable
      label={assistants.table}
      columns={[
        { key: 'name', title: columns.name },
        { key: 'slug', title: columns.slug, className: `w-44 ${wide}` },
        { key: 'version', title: columns.version, className: 'w-24 text-right' },
        { key: 'changed', title: columns.changed, className: `w-36 text-right ${wide}` },
      ]}
    >
      {shown.map(({ id, slug, content, version, is_default: isDefault, updated_at: changed }) => (
        <tr key={id} className="h-9 hover:bg-raised/50">
          <td className={cell}>
            <Link
              to="/assistants"
              search={{ assistant: id }}
              className="font-medium break-words text-accent hover:underline"
            >
              {content.name}
            </Link>
            {isDefault && <span className="ml-2 text-sm text-muted">{assistants.isDefault}</span>}
          </td>
          <td className={`${cell} truncate font-mono text-sm ${wide}`}>{slug}</td>
          <td className={`${cell} text-right tabular-nums`}>{version}</td>
          <td className={`${cell} text-right text-muted ${wide}`}>
            <When iso={changed} />
          </td>
        </tr>
      ))}
    </DataTable>
  )
}

function CreateAssistant() {
  const { assistants } = useLateMessages()
  const { common } = useMessages()
  const navigate = useNavigate({ from: '/assistants' })
  const { create } = useAssistantActions()
  return (
    <FormModal
      title={assistants.create}
      submit={common.create}
      onClose={() => void navigate({ search: {}, replace: true })}
      onSubmit={async (form) => {
        const made = await create(textOf(form, 'slug').trim(), textOf(form, 'name').trim())
        await navigate({ search: { assistant: made.id }, replace: true })
      }}
    >
      <TextField
        label={assistants.name}
        name="name"
        maxLength={100}
        autoComplete="off"
        required
        autoFocus
      />
      <TextField
        label={assistants.slug}
        hint={assistants.slugHint}
        name="slug"
        maxLength={64}
        pattern="[a-z][a-z0-9\-]*"
        autoComplete="off"
        spellCheck={false}
        required
      />
    </FormModal>
  )
}
