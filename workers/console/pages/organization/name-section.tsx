/** What the organization is called, and the id the API knows it by. */
import { useState } from 'react'
import type { Tenant } from '../../../identity/tenant-schemas.ts'
import { textOf, useSubmit } from '../../lib/submit.ts'
import { useTenantActions } from '../../lib/tenant-queries.ts'
import { useMessages } from '../../messages/locale.tsx'
import { Button } from '../../ui/button.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { ErrorNote } from '../../ui/error-note.tsx'
import { TextField } from '../../ui/field.tsx'
import { Section } from '../../ui/section.tsx'
import { When } from '../../ui/when.tsx'

export function NameSection({ tenant }: { tenant: Tenant }) {
  const { organization } = useMessages()
  const { rename } = useTenantActions()
  const [name, setName] = useState(tenant.name)
  const { onSubmit, error, isBusy } = useSubmit((form) => rename(textOf(form, 'name').trim()))
  const isSame = name.trim() === tenant.name || name.trim() === ''
  return (
    <Section title={organization.nameTitle} hint={organization.nameHint}>
      <form onSubmit={onSubmit} className="space-y-3">
        <div className="flex flex-wrap items-end gap-2">
          <TextField
            label={organization.name}
            name="name"
            value={name}
            onChange={(event) => setName(event.target.value)}
            maxLength={200}
            required
            autoComplete="organization"
            className="min-w-0 flex-1 basis-60"
          />
          <Button type="submit" disabled={isSame || isBusy} className="h-9!">
            {organization.save}
          </Button>
        </div>
        {error !== null && <ErrorNote error={error} />}
      </form>
      <p className="flex items-center gap-1 text-sm text-muted">
        <span className="shrink-0">{organization.id}</span>
        <code className="min-w-0 truncate font-mono">{tenant.id}</code>
        <CopyButton text={tenant.id} label={organization.copyId} />
      </p>
      <p className="text-sm text-muted">
        {organization.made} <When iso={tenant.createdAt} />
      </p>
    </Section>
  )
}
