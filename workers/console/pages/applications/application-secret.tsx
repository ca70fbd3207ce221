/** A client's secret, which no later answer has, beside the id it goes with. */
import type { OAuthClient } from '../../../identity/oauth-client-schemas.ts'
import { useApplicationMessages } from '../../messages/applications.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import { SecretOnce } from '../../ui/secret-once.tsx'

interface ApplicationSecretProps {
  application: Pick<OAuthClient, 'id' | 'name'>
  secret: string
  onClose: () => void
}

export function ApplicationSecret({ application, secret, onClose }: ApplicationSecretProps) {
  const applications = useApplicationMessages()
  return (
    <SecretOnce
      title={applications.secretTitle}
      hint={applications.secretHint}
      text={secret}
      onClose={onClose}
    >
      <div>
        <p className="text-sm text-muted">{applications.clientId}</p>
        <p className="flex items-center gap-1">
          <code className="min-w-0 font-mono text-sm break-all">{application.id}</code>
          <CopyButton text={application.id} label={applications.copyId(application.name)} />
        </p>
      </div>
    </SecretOnce>
  )
}
