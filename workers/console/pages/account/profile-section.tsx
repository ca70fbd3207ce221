/** Name and address: the name at once, the address by a link to the new one. */
import { useState } from 'react'
import type { Profile } from '../../../identity/tenant-schemas.ts'
import { useProfile, useRefreshAccount, useTwoFactor } from '../../lib/account-queries.ts'
import { useServices } from '../../lib/services.tsx'
import { textOf, useSubmit } from '../../lib/submit.ts'
import { useAccountMessages } from '../../messages/account.ts'
import { Button } from '../../ui/button.tsx'
import { ErrorNote } from '../../ui/error-note.tsx'
import { TextField } from '../../ui/field.tsx'
import { FormModal } from '../../ui/form-modal.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Section } from '../../ui/section.tsx'
import { Status } from '../../ui/status.tsx'
import { useToasts } from '../../ui/toasts.tsx'
import { CodeField, PasswordField } from './proof-fields.tsx'

export function ProfileSection() {
  const { profile } = useAccountMessages()
  const query = useProfile()
  return (
    <Section title={profile.title} hint={profile.hint}>
      <Loaded query={query} rows={3}>
        {(data) => (
          <>
            <NameForm key={data.name} name={data.name} />
            <Address profile={data} />
          </>
        )}
      </Loaded>
    </Section>
  )
}

function NameForm({ name }: { name: string }) {
  const { profile } = useAccountMessages()
  const { client, session } = useServices()
  const { succeed } = useToasts()
  const refresh = useRefreshAccount()
  const [typed, setTyped] = useState(name)
  const { onSubmit, error, isBusy } = useSubmit(async () => {
    await client.account.rename(typed)
    await session.refresh()
    succeed(profile.saved)
    await refresh.profile()
  })
  return (
    <form onSubmit={onSubmit} className="space-y-3">
      <div className="flex items-end gap-2">
        <TextField
          label={profile.name}
          name="name"
          autoComplete="name"
          maxLength={200}
          required
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          className="min-w-0 flex-1"
        />
        <Button type="submit" disabled={isBusy || typed.trim() === name} className="h-9">
          {profile.save}
        </Button>
      </div>
      {error !== null && <ErrorNote error={error} />}
    </form>
  )
}

function Address({ profile: { email, emailVerified } }: { profile: Profile }) {
  const { profile } = useAccountMessages()
  const { client } = useServices()
  const { succeed, fail } = useToasts()
  const [isChanging, setChanging] = useState(false)
  const prove = () =>
    void client.account
      .sendVerification()
      .then(() => succeed(profile.proofSent(email)))
      .catch((error: unknown) => fail(profile.prove, error))
  return (
    <div>
      <p className="mb-1 text-sm font-medium">{profile.email}</p>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <span className="min-w-0 break-all">{email}</span>
        <Status tone={emailVerified ? 'good' : 'warn'}>
          {emailVerified ? profile.proven : profile.unproven}
        </Status>
        <span className="flex flex-wrap gap-2 sm:ml-auto">
          {!emailVerified && <Button onClick={prove}>{profile.prove}</Button>}
          <Button onClick={() => setChanging(true)}>{profile.change}</Button>
        </span>
      </div>
      {isChanging && <ChangeAddress onClose={() => setChanging(false)} />}
    </div>
  )
}

function ChangeAddress({ onClose }: { onClose: () => void }) {
  const { profile, wrongPassword, wrongProofs } = useAccountMessages()
  const { client } = useServices()
  const { succeed } = useToasts()
  const twoFactor = useTwoFactor().data
  const needsCode = twoFactor?.isEnabled === true
  const submit = async (form: FormData) => {
    const newEmail = textOf(form, 'email').trim()
    const password = textOf(form, 'password')
    const code = needsCode ? { code: textOf(form, 'code') } : {}
    await client.account.changeEmail({ newEmail, password, ...code })
    succeed(profile.proofSent(newEmail))
    onClose()
  }
  return (
    <FormModal
      title={profile.change}
      hint={profile.changeHint}
      submit={profile.change}
      refusal={needsCode ? wrongProofs : wrongPassword}
      isReady={twoFactor !== undefined}
      onClose={onClose}
      onSubmit={submit}
    >
      <TextField
        label={profile.newEmail}
        name="email"
        type="email"
        autoComplete="email"
        maxLength={254}
        required
        autoFocus
      />
      <PasswordField autoFocus={false} />
      {needsCode && <CodeField />}
    </FormModal>
  )
}
