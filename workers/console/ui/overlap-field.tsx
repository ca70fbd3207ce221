/** How long the secret so far stays valid beside a new one, in hours. */
import { textOf } from '../lib/submit.ts'
import { useMessages } from '../messages/locale.tsx'
import { TextField } from './field.tsx'

export function OverlapField({ hint }: { hint: string }) {
  const { keys } = useMessages()
  return (
    <TextField
      label={keys.overlapHours}
      hint={hint}
      name="overlap"
      type="number"
      min={0}
      max={168}
      defaultValue={24}
      required
      autoFocus
    />
  )
}

export const overlapOf = (form: FormData): number => Number(textOf(form, 'overlap'))
