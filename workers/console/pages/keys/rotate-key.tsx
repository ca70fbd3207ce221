/** A new secret for a key, while the one so far goes on for the overlap. */
import { useState } from 'react'
import type { ApiKey } from '../../../identity/api-key-schemas.ts'
import { useKeyActions } from '../../lib/key-queries.ts'
import { textOf } from '../../lib/submit.ts'
import { useMessages } from '../../messages/locale.tsx'
import { FormModal } from '../../ui/form-modal.tsx'
import { OverlapField, overlapOf } from '../../ui/overlap-field.tsx'
import { DaysField } from './days-field.tsx'
import { KeySecret } from './key-secret.tsx'

export function RotateKey({ apiKey, onClose }: { apiKey: ApiKey; onClose: () => void }) {
  const { keys } = useMessages()
  const { rotate } = useKeyActions()
  const [secret, setSecret] = useState<string | null>(null)
  if (secret !== null) return <KeySecret secret={secret} onClose={onClose} />
  const submit = async (form: FormData) => {
    const overlapHours = overlapOf(form)
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
      <OverlapField hint={keys.overlapHint} />
      <DaysField />
    </FormModal>
  )
}
