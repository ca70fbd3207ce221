/** Publishing a proposal that has not its approvals, for a reason that goes on record. */
import { useState } from 'react'
import { textOf } from '../../lib/submit.ts'
import { useLateMessages } from '../../messages/late.ts'
import { Button } from '../../ui/button.tsx'
import { TextField } from '../../ui/field.tsx'
import { FormModal } from '../../ui/form-modal.tsx'

interface EmergencyPublishProps {
  /** The proposal's comment. */
  label: string
  /** May throw, for the form to show. */
  onPublish: (reason: string) => Promise<void>
}

export function EmergencyPublish({ label, onPublish }: EmergencyPublishProps) {
  const { emergency } = useLateMessages().flagTools
  const [isAsking, setAsking] = useState(false)
  const publish = async (form: FormData) => {
    await onPublish(textOf(form, 'reason'))
    setAsking(false)
  }
  return (
    <>
      <Button onClick={() => setAsking(true)}>{emergency.open}</Button>
      {isAsking && (
        <FormModal
          title={emergency.title(label)}
          hint={emergency.hint}
          submit={emergency.submit}
          look="danger"
          onClose={() => setAsking(false)}
          onSubmit={publish}
        >
          <TextField
            name="reason"
            label={emergency.reason}
            hint={emergency.length}
            minLength={10}
            maxLength={300}
            required
            autoFocus
          />
        </FormModal>
      )}
    </>
  )
}
