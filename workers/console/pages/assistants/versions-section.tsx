/** The versions of an assistant: what each changed, and the way back to it. */
import { useState } from 'react'
import type { AssistantVersion } from '../../../assistant/assistant-schemas.ts'
import { useAssistantActions, useAssistantVersions } from '../../lib/assistant-queries.ts'
import { diffContents } from '../../lib/content-diff.ts'
import { useLateMessages } from '../../messages/late.ts'
import { Button } from '../../ui/button.tsx'
import { ErrorNote } from '../../ui/error-note.tsx'
import { LoadMore } from '../../ui/load-more.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Section } from '../../ui/section.tsx'
import { When } from '../../ui/when.tsx'

export function VersionsSection({ id, current }: { id: string; current: number }) {
  const { assistants } = useLateMessages()
  const query = useAssistantVersions(id)
  const { rollBack } = useAssistantActions()
  const [error, setError] = useState<unknown>(null)
  return (
    <Section title={assistants.versions} hint={assistants.versionsHint}>
      {error !== null && <ErrorNote error={error} />}
      <Loaded query={query} rows={2}>
        {({ pages }) => {
          const shown = pages.flatMap(({ items }) => items)
          return (
            <ul className="divide-y divide-line rounded-md border border-line">
              {shown.map((version, index) => (
                <Version
                  key={version.version}
                  version={version}
                  before={shown[index + 1]}
                  onRollBack={
                    version.version === current
                      ? undefined
                      : () => void rollBack(id, version.version).catch(setError)
                  }
                />
              ))}
            </ul>
          )
        }}
      </Loaded>
      <LoadMore query={query} />
    </Section>
  )
}

interface VersionProps {
  version: AssistantVersion
  /** The one it followed; undefined for the first, and while it is on the next page. */
  before: AssistantVersion | undefined
  onRollBack: (() => void) | undefined
}

function Version({ version: one, before, onRollBack }: VersionProps) {
  const { assistants } = useLateMessages()
  const [isOpen, setOpen] = useState(false)
  const { version, author, comment, restored, created_at: at } = one
  return (
    <li className="space-y-2 px-3 py-1.5">
      <div className="flex flex-wrap items-center gap-3">
        <span className="min-w-0 flex-1 break-words">
          {assistants.version(version)} {restored !== null && assistants.restored(restored)}
          <span className="block text-sm text-muted">
            <When iso={at} /> {author} {comment}
          </span>
        </span>
        <Button
          aria-label={assistants.changesOf(version)}
          aria-expanded={isOpen}
          onClick={() => setOpen(!isOpen)}
        >
          {assistants.changes}
        </Button>
        {onRollBack && (
          <Button aria-label={assistants.rollBackOf(version)} onClick={onRollBack}>
            {assistants.rollBack}
          </Button>
        )}
      </div>
      {isOpen && <Changes from={before} to={one} />}
    </li>
  )
}

interface ChangesProps {
  from: AssistantVersion | undefined
  to: AssistantVersion
}

function Changes({ from, to }: ChangesProps) {
  const { assistants } = useLateMessages()
  if (!from) return <p className="text-sm text-muted">{assistants.first}</p>
  const differences = diffContents(from.content, to.content)
  if (differences.length === 0) return <p className="text-sm text-muted">{assistants.same}</p>
  return (
    <ul className="space-y-2 text-sm">
      {differences.map((difference) => (
        <li key={difference.field} className="break-words whitespace-pre-wrap">
          <code className="font-mono">{difference.field}</code>
          <span className="block text-bad">
            {assistants.before}: {difference.from}
          </span>
          <span className="block text-good">
            {assistants.after}: {difference.to}
          </span>
        </li>
      ))}
    </ul>
  )
}
