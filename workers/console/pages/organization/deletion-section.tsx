/** The end of the organization: asked for with its name, taken back for seven days. */
import { TriangleAlert } from 'lucide-react'
import { useState } from 'react'
import type { Tenant } from '../../../identity/tenant-schemas.ts'
import { useTenantActions } from '../../lib/tenant-queries.ts'
import { useMessages } from '../../messages/locale.tsx'
import { Button } from '../../ui/button.tsx'
import { ConfirmDelete } from '../../ui/confirm-delete.tsx'
import { Section } from '../../ui/section.tsx'
import { useToasts } from '../../ui/toasts.tsx'
import { Deadline } from '../../ui/when.tsx'

export function DeletionSection({ tenant }: { tenant: Tenant }) {
  const { deletion } = useMessages().organization
  const { requestDeletion } = useTenantActions()
  const [isAsking, setAsking] = useState(false)
  const { name, deletionDueAt } = tenant
  return (
    <Section title={deletion.title} hint={deletion.hint}>
      {deletionDueAt === null ? (
        <Button onClick={() => setAsking(true)} className="text-bad!">
          {deletion.request}
        </Button>
      ) : (
        <Scheduled dueAt={deletionDueAt} />
      )}
      {isAsking && (
        <ConfirmDelete
          title={deletion.confirmTitle}
          hint={deletion.confirmHint}
          name={name}
          label={deletion.typeName(name)}
          action={deletion.request}
          onClose={() => setAsking(false)}
          onConfirm={async () => {
            await requestDeletion(name)
            setAsking(false)
          }}
        />
      )}
    </Section>
  )
}

function Scheduled({ dueAt }: { dueAt: string }) {
  const { deletion } = useMessages().organization
  const { cancelDeletion } = useTenantActions()
  const { fail } = useToasts()
  const [isBusy, setBusy] = useState(false)
  const keep = () => {
    setBusy(true)
    void cancelDeletion()
      .catch((error: unknown) => fail(deletion.notKept, error))
      .finally(() => setBusy(false))
  }
  return (
    <div role="status" className="space-y-3 rounded-md border border-bad/50 bg-bad/8 p-3">
      <p className="flex items-start gap-2 text-pretty">
        <TriangleAlert size={18} aria-hidden className="mt-0.5 shrink-0 text-bad" />
        <span>
          {deletion.due} <Deadline iso={dueAt} />. {deletion.until}
        </span>
      </p>
      <Button onClick={keep} disabled={isBusy}>
        {deletion.keep}
      </Button>
    </div>
  )
}
