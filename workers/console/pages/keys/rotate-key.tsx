/** A new secret for a key, while the one so far goes on for the overlap. */
import { useState } from 'react'
import type { ApiKey } from '../../../identity/api-key-schemas.ts'
import { useKeyActions } from '../../lib/key-queries.ts'
import { textOf } from '../../lib/submit.ts'
import { useMessages } from '../../messages/locale.tsx'
import { TextField } from '../../ui/field.tsx'
import { FormModal } from '../../ui/form-modal.tsx'
import { DaysField } from './days-field.tsx'
import { KeySecret } from './key-secret.tsx'

export function RotateKey({ apiKey, onClose }: { apiKey: ApiKey; onClose: () => void }) {
  const { keys } = useMessages()
  const { rotate } = useKeyActions()
  const [secret, setSecret] = useState<string | null>(null)
  if (secret !== null) return <KeySecret secret={secret} onClose={onClose} />
  const submit = async (form: FormData) => {
    const overlapHours = Number(textOf(form, 'overlap'))
    const expiresInDays = Number(textOf(form, 'days'))
    setSecret(await rotate(apiKey.id, { overlapHours, expiresInDays }))
  }
  return (
    <FormModal
      title={keys.rotateTitle}
      hint={keys.rotateHint}
      submit={keys.rotate}
      onClose={onClose}
      onSubmit={submit}
    >
      <TextField
        label={keys.overlapHours}
        hint={keys.overlapHint}
        name="overlap"
        type="number"
        min={0}
        max={168}
        defaultValue={24}
        required
        autoFocus
      />
      <DaysField />
    </FormModal>
  )
}
