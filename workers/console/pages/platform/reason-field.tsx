/** Why something is done that goes on record. */
import { TextField } from '../../ui/field.tsx'

interface ReasonFieldProps {
  label: string
  hint: string
  reason?: string | undefined
}

export function ReasonField({ label, hint, reason }: ReasonFieldProps) {
  return (
    <TextField
      label={label}
      hint={hint}
      name="reason"
      defaultValue={reason}
      minLength={3}
      maxLength={300}
      autoComplete="off"
      required
      autoFocus
    />
  )
}
