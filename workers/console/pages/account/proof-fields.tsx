/** What the second factor is changed with: the password, and a code of it. */
import { useAccountMessages } from '../../messages/account.ts'
import { TextField } from '../../ui/field.tsx'

export function PasswordField({ autoFocus = true }: { autoFocus?: boolean }) {
  const { passwordOf } = useAccountMessages()
  return (
    <TextField
      label={passwordOf}
      name="password"
      type="password"
      autoComplete="current-password"
      required
      autoFocus={autoFocus}
    />
  )
}

export function CodeField({ autoFocus = false }: { autoFocus?: boolean }) {
  const { code, codeHint } = useAccountMessages()
  return (
    <TextField
      label={code}
      hint={codeHint}
      name="code"
      autoComplete="one-time-code"
      inputMode="numeric"
      minLength={6}
      required
      autoFocus={autoFocus}
    />
  )
}
