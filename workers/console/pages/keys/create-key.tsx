/** The question for a new key: of a program with scopes, or of web pages with their origins. */
import { useState } from 'react'
import type { ApiKey, ApiKeyPage } from '../../../identity/api-key-schemas.ts'
import { FIRST_ENVIRONMENT, useEnvironmentNames } from '../../lib/environments.ts'
import { useKeyActions } from '../../lib/key-queries.ts'
import { textOf } from '../../lib/submit.ts'
import { useMessages } from '../../messages/locale.tsx'
import { CheckField, LinesField, linesOf, SelectField, TextField } from '../../ui/field.tsx'
import { FormModal } from '../../ui/form-modal.tsx'
import { PermissionList } from '../../ui/permission-list.tsx'
import { DaysField } from './days-field.tsx'
import { KeySecret } from './key-secret.tsx'

interface CreateKeyProps {
  /** What the reader may let a key do; empty before that is known. */
  grantable: ApiKeyPage['scopes']
  onClose: () => void
}

export function CreateKey({ grantable, onClose }: CreateKeyProps) {
  const { keys, common } = useMessages()
  const { create } = useKeyActions()
  const [kind, setKind] = useState<ApiKey['kind']>('live')
  const [scopes, setScopes] = useState<readonly string[]>([])
  const [secret, setSecret] = useState<string | null>(null)
  const environments = useEnvironmentNames()
  const chosen = grantable.filter(({ name }) => scopes.includes(name))
  if (secret !== null) return <KeySecret secret={secret} onClose={onClose} />
  const submit = async (form: FormData) => {
    const wanted = {
      name: textOf(form, 'name').trim(),
      environment: textOf(form, 'environment'),
      expiresInDays: Number(textOf(form, 'days')),
    }
    const origins = linesOf(form, 'origins')
    const own =
      kind === 'client'
        ? { kind, ...(origins.length > 0 && { origins }) }
        : { kind, scopes: chosen.map(({ name }) => name), allowSensitive: form.has('sensitive') }
    setSecret(await create({ ...wanted, ...own }))
  }
  return (
    <FormModal
      title={keys.createTitle}
      submit={common.create}
      isWide
      isReady={kind === 'client' || chosen.length > 0}
      onClose={onClose}
      onSubmit={submit}
    >
      <TextField
        label={keys.name}
        hint={keys.nameHint}
        name="name"
        maxLength={100}
        autoComplete="off"
        required
        autoFocus
      />
      <SelectField
        label={keys.kind}
        hint={keys.kindHint}
        value={kind}
        onChange={(event) => setKind(event.target.value === 'client' ? 'client' : 'live')}
        options={[
          { value: 'live', name: keys.live },
          { value: 'client', name: keys.client },
        ]}
      />
      {kind === 'client' ? (
        <LinesField label={keys.origins} hint={keys.originsHint} name="origins" />
      ) : (
        <>
          <PermissionList
            legend={keys.scopes}
            names={grantable.map(({ name }) => name)}
            chosen={scopes}
            onChoose={setScopes}
          />
          {chosen.some(({ isSensitive }) => isSensitive) && (
            <CheckField
              label={keys.allowSensitive}
              hint={keys.allowSensitiveHint}
              name="sensitive"
              required
            />
          )}
        </>
      )}
      <SelectField
        label={keys.environment}
        hint={keys.environmentHint}
        name="environment"
        defaultValue={FIRST_ENVIRONMENT}
        options={environments.map((value) => ({ value, name: value }))}
      />
      <DaysField />
    </FormModal>
  )
}
