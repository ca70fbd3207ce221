/** Changes the password, which the current one is needed for. */
import { useState } from 'react'
import { useRefreshAccount } from '../../lib/account-queries.ts'
import { useServices } from '../../lib/services.tsx'
import { textOf } from '../../lib/submit.ts'
import { useAccountMessages } from '../../messages/account.ts'
import { useMessages } from '../../messages/locale.tsx'
import { Button } from '../../ui/button.tsx'
import { NewPasswordField, TextField } from '../../ui/field.tsx'
import { FormModal } from '../../ui/form-modal.tsx'
import { Section } from '../../ui/section.tsx'
import { useToasts } from '../../ui/toasts.tsx'

export function PasswordSection() {
  const { password } = useAccountMessages()
  const [isOpen, setOpen] = useState(false)
  return (
    <Section title={password.title} hint={password.hint}>
      <Button onClick={() => setOpen(true)}>{password.change}</Button>
      {isOpen && <ChangePassword onClose={() => setOpen(false)} />}
    </Section>
  )
}

function ChangePassword({ onClose }: { onClose: () => void }) {
  const myAccount = useAccountMessages()
  const { recovery } = useMessages()
  const { password, wrongPassword } = myAccount
  const { client } = useServices()
  const { succeed } = useToasts()
  const refresh = useRefreshAccount()
  const submit = async (form: FormData) => {
    await client.account.changePassword(textOf(form, 'current'), textOf(form, 'password'))
    succeed(password.changed)
    onClose()
    await refresh.sessions()
  }
  return (
    <FormModal
      title={password.change}
      submit={password.change}
      refusal={wrongPassword}
      onClose={onClose}
      onSubmit={submit}
    >
      <TextField
        label={password.current}
        name="current"
        type="password"
        autoComplete="current-password"
        required
        autoFocus
      />
      <NewPasswordField label={password.new} hint={recovery.passwordHint} />
    </FormModal>
  )
}
