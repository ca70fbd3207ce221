/** Versions of a flag: who made each and why, what it changed, and the way back to it. */
import { useState } from 'react'
import type { Revision } from '../../../flags/history-schemas.ts'
import { useDiff, useFlagEditor, useHistory } from '../../lib/flag-editor-queries.ts'
import { usePermission } from '../../lib/hooks.ts'
import { useMessages } from '../../messages/locale.tsx'
import { Button } from '../../ui/button.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Section } from '../../ui/section.tsx'
import { When } from '../../ui/when.tsx'

interface HistoryProps {
  name: string
  current: number
}

export function HistorySection({ name, current }: HistoryProps) {
  const { history } = useMessages().flag
  return (
    <Section title={history.title} hint={history.hint}>
      <Loaded query={useHistory(name)} rows={3}>
        {({ items }) => (
          <ul className="divide-y divide-line rounded-md border border-line">
            {items.map((revision) => (
              <Version
                key={revision.version}
                name={name}
                revision={revision}
                isCurrent={revision.version === current}
              />
            ))}
          </ul>
        )}
      </Loaded>
    </Section>
  )
}

interface VersionProps {
  name: string
  revision: Revision
  isCurrent: boolean
}

function Version({ name, revision, isCurrent }: VersionProps) {
  const { version: versionText, history } = useMessages().flag
  const mayWrite = usePermission('flag.write')
  const { restore } = useFlagEditor(name)
  const [isOpen, setOpen] = useState(false)
  const { version, actor, comment, createdAt, document } = revision
  return (
    <li className="space-y-2 px-3 py-1.5">
      <div className="flex flex-wrap items-center gap-3">
        <span className="min-w-0 flex-1 break-words">
          {versionText(version)} {document === null && history.deleted}
          <span className="block text-sm text-muted">
            <When iso={createdAt} /> {actor} {comment}
          </span>
        </span>
        <Button
          aria-label={history.changesOf(version)}
          aria-expanded={isOpen}
          onClick={() => setOpen(!isOpen)}
        >
          {history.changes}
        </Button>
        {mayWrite && !isCurrent && document !== null && (
          <Button aria-label={history.restoreOf(version)} onClick={() => restore(version)}>
            {history.restore}
          </Button>
        )}
      </div>
      {isOpen && <Changes name={name} version={version} />}
    </li>
  )
}

function Changes({ name, version }: { name: string; version: number }) {
  const { history } = useMessages().flag
  return (
    <Loaded query={useDiff(name, version)} rows={1}>
      {({ items }) => (
        <ul className="space-y-1 text-sm">
          {items.length === 0 && <li className="text-muted">{history.same}</li>}
          {items.map(({ pointer, from, to }) => (
            <li key={pointer} className="break-words">
              <code className="font-mono">{pointer}</code>
              <span className="block text-bad">
                {history.from} {from === undefined ? '—' : JSON.stringify(from)}
              </span>
              <span className="block text-good">
                {history.to} {to === undefined ? '—' : JSON.stringify(to)}
              </span>
            </li>
          ))}
        </ul>
      )}
    </Loaded>
  )
}
