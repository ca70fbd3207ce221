/** Begins to act as a member of a tenant, with a reason that goes on record. */
import type { Account } from '../../../identity/platform-schemas.ts'
import { usePlatformActions } from '../../lib/platform-queries.ts'
import { textOf } from '../../lib/submit.ts'
import { usePlatformMessages } from '../../messages/platform.ts'
import { FormModal } from '../../ui/form-modal.tsx'
import { ReasonField } from './reason-field.tsx'

interface ActAsProps {
  account: Account
  tenantId: string
  onClose: () => void
}

export function ActAs({ account, tenantId, onClose }: ActAsProps) {
  const { acting } = usePlatformMessages()
  const { actAs } = usePlatformActions()
  const { id, name, email } = account
  return (
    <FormModal
      title={acting.title(name || email)}
      hint={acting.hint}
      submit={acting.start}
      onClose={onClose}
      onSubmit={(form) => actAs({ userId: id, tenantId, reason: textOf(form, 'reason').trim() })}
    >
      <ReasonField label={acting.reason} hint={acting.reasonHint} />
    </FormModal>
  )
}
