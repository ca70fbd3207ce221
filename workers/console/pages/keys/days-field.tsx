/** How long a key lives. */
import { useMessages } from '../../messages/locale.tsx'
import { TextField } from '../../ui/field.tsx'

export function DaysField() {
  const { keys } = useMessages()
  return (
    <TextField
      label={keys.days}
      hint={keys.daysHint}
      name="days"
      type="number"
      min={1}
      max={365}
      defaultValue={90}
      required
    />
  )
}
