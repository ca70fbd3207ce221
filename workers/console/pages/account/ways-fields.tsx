/** What ways to sign in are changed with: the password, when the sign-in was a while ago. */
import type { Proof } from '../../../../sdk/sign-in-ways.ts'
import { textOf } from '../../lib/submit.ts'
import { useMessages } from '../../messages/locale.tsx'
import { TextField } from '../../ui/field.tsx'

export function ProofField() {
  const { ways } = useMessages()
  return (
    <TextField
      label={ways.proof}
      hint={ways.proofHint}
      name="password"
      type="password"
      autoComplete="current-password"
    />
  )
}

export function proofOf(form: FormData): Proof {
  const password = textOf(form, 'password')
  return password === '' ? {} : { password }
}
