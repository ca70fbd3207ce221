/** The question for a new application: what it is, where users come back to, what it may ask for. */
import { useState } from 'react'
import type {
  NewOAuthClient,
  OAuthClientPage,
  OAuthClientSecret,
} from '../../../identity/oauth-client-schemas.ts'
import { useApplicationActions } from '../../lib/application-queries.ts'
import { textOf } from '../../lib/submit.ts'
import { useApplicationMessages } from '../../messages/applications.ts'
import { CheckField, LinesField, linesOf, SelectField, TextField } from '../../ui/field.tsx'
import { FormModal } from '../../ui/form-modal.tsx'
import { PermissionList } from '../../ui/permission-list.tsx'
import { useToasts } from '../../ui/toasts.tsx'
import { ApplicationSecret } from './application-secret.tsx'

interface RegisterApplicationProps {
  /** What the reader may let an application ask for. */
  grantable: OAuthClientPage['scopes']
  onClose: () => void
}

export function RegisterApplication({ grantable, onClose }: RegisterApplicationProps) {
  const applications = useApplicationMessages()
  const { succeed } = useToasts()
  const { register } = useApplicationActions()
  const [type, setType] = useState<NewOAuthClient['type']>('confidential')
  const [signsIn, setSignsIn] = useState(true)
  const [wantsToAct, setWantsToAct] = useState(false)
  const [scopes, setScopes] = useState<readonly string[]>([])
  const [made, setMade] = useState<OAuthClientSecret | null>(null)
  const actsForItself = wantsToAct && type === 'confidential'
  const chosen = grantable.filter(({ name }) => scopes.includes(name))
  if (made?.secret) {
    return <ApplicationSecret application={made} secret={made.secret} onClose={onClose} />
  }
  const submit = async (form: FormData) => {
    const application = await register({
      name: textOf(form, 'name').trim(),
      type,
      grantTypes: [
        ...(signsIn ? (['authorization_code'] as const) : []),
        ...(actsForItself ? (['client_credentials'] as const) : []),
      ],
      redirectUris: linesOf(form, 'redirectUris'),
      scopes: chosen.map(({ name }) => name),
      allowSensitive: form.has('sensitive'),
    })
    if (application.secret !== null) return setMade(application)
    succeed(applications.registeredDone(application.name))
    return onClose()
  }
  return (
    <FormModal
      title={applications.createTitle}
      submit={applications.create}
      isWide
      isReady={signsIn || (actsForItself && chosen.length > 0)}
      onClose={onClose}
      onSubmit={submit}
    >
      <TextField
        label={applications.name}
        hint={applications.nameHint}
        name="name"
        maxLength={100}
        autoComplete="off"
        required
        autoFocus
      />
      <SelectField
        label={applications.type}
        hint={applications.typeHint}
        value={type}
        onChange={(event) => setType(event.target.value === 'public' ? 'public' : 'confidential')}
        options={[
          { value: 'confidential', name: applications.types.confidential },
          { value: 'public', name: applications.types.public },
        ]}
      />
      <fieldset className="space-y-2">
        <legend className="mb-1 text-sm font-medium">{applications.does}</legend>
        <CheckField
          label={applications.authorizationCode}
          hint={applications.authorizationCodeHint}
          checked={signsIn}
          onChange={() => setSignsIn(!signsIn)}
        />
        <CheckField
          label={applications.clientCredentials}
          hint={applications.clientCredentialsHint}
          checked={actsForItself}
          disabled={type === 'public'}
          onChange={() => setWantsToAct(!wantsToAct)}
        />
      </fieldset>
      {signsIn && (
        <LinesField
          label={applications.redirectUris}
          hint={applications.redirectUrisHint}
          name="redirectUris"
          required
        />
      )}
      <PermissionList
        legend={applications.scopes}
        names={grantable.map(({ name }) => name)}
        chosen={scopes}
        onChoose={setScopes}
      />
      {chosen.some(({ isSensitive }) => isSensitive) && (
        <CheckField
          label={applications.allowSensitive}
          hint={applications.allowSensitiveHint}
          name="sensitive"
          required
        />
      )}
    </FormModal>
  )
}
