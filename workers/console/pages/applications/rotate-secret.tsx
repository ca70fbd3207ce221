/** A new secret for an application, while the one so far goes on for the overlap. */
import { useState } from 'react'
import type { OAuthClient } from '../../../identity/oauth-client-schemas.ts'
import { useApplicationActions } from '../../lib/application-queries.ts'
import { useApplicationMessages } from '../../messages/applications.ts'
import { FormModal } from '../../ui/form-modal.tsx'
import { OverlapField, overlapOf } from '../../ui/overlap-field.tsx'
import { ApplicationSecret } from './application-secret.tsx'

interface RotateSecretProps {
  application: OAuthClient
  onClose: () => void
}

export function RotateSecret({ application, onClose }: RotateSecretProps) {
  const applications = useApplicationMessages()
  const { rotate } = useApplicationActions()
  const [secret, setSecret] = useState<string | null>(null)
  if (secret !== null) {
    return <ApplicationSecret application={application} secret={secret} onClose={onClose} />
  }
  return (
    <FormModal
      title={applications.rotateTitle}
      hint={applications.rotateHint}
      submit={applications.rotate}
      onClose={onClose}
      onSubmit={async (form) => setSecret((await rotate(application.id, overlapOf(form))).secret)}
    >
      <OverlapField hint={applications.overlapHint} />
    </FormModal>
  )
}
