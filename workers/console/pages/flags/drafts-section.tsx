/** Proposed versions of a flag: approved by others, published, discarded. */
import { useDrafts, useFlagEditor } from '../../lib/flag-editor-queries.ts'
import { usePermission } from '../../lib/hooks.ts'
import { useMessages } from '../../messages/locale.tsx'
import { Button } from '../../ui/button.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Section } from '../../ui/section.tsx'
import { EmergencyPublish } from './emergency-publish.tsx'
import { ImpactPreview } from './impact.tsx'

interface DraftsProps {
  name: string
  environment: string
}

export function DraftsSection({ name, environment }: DraftsProps) {
  const { drafts } = useMessages().flag
  const mayWrite = usePermission('flag.write')
  const { approve, publishDraft, publishUnapproved, discard } = useFlagEditor(name)
  return (
    <Section title={drafts.title} hint={drafts.hint}>
      <Loaded query={useDrafts(name)} rows={1}>
        {({ items }) => {
          const open = items.filter(({ state }) => state === 'open')
          if (open.length === 0) return <p className="text-muted">{drafts.none}</p>
          return (
            <ul className="divide-y divide-line rounded-md border border-line">
              {open.map(({ id, comment, author, authorName, approvers }) => (
                <li key={id} className="flex flex-wrap items-center gap-3 px-3 py-1.5">
                  <span className="min-w-0 flex-1 break-words">
                    {comment}
                    <span className="block text-sm text-muted">
                      {drafts.by(authorName ?? author, approvers.length)}
                    </span>
                  </span>
                  {mayWrite && (
                    <>
                      <Button onClick={() => approve(id)}>{drafts.approve}</Button>
                      <Button onClick={() => publishDraft(id)}>{drafts.publish}</Button>
                      <EmergencyPublish
                        label={comment}
                        onPublish={(reason) => publishUnapproved(id, reason)}
                      />
                      <Button onClick={() => discard(id)}>{drafts.discard}</Button>
                      <ImpactPreview
                        flag={name}
                        tried={{ environment, draft: id }}
                        label={comment}
                      />
                    </>
                  )}
                </li>
              ))}
            </ul>
          )
        }}
      </Loaded>
    </Section>
  )
}
