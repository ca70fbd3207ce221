/** Publishing a proposal that has not its approvals, for a reason that goes on record. */
import { useState } from 'react'
import { useFlagEditor } from '../../lib/flag-editor-queries.ts'
import { textOf } from '../../lib/submit.ts'
import { useMessages } from '../../messages/locale.tsx'
import { Button } from '../../ui/button.tsx'
import { TextField } from '../../ui/field.tsx'
import { FormModal } from '../../ui/form-modal.tsx'

interface EmergencyPublishProps {
  flag: string
  draft: string
  /** The proposal's comment. */
  label: string
}

export function EmergencyPublish({ flag, draft, label }: EmergencyPublishProps) {
  const { emergency } = useMessages().flagTools
  const { publishUnapproved } = useFlagEditor(flag)
  const [isAsking, setAsking] = useState(false)
  const publish = async (form: FormData) => {
    await publishUnapproved(draft, textOf(form, 'reason'))
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
