/** What a tool has not done yet, for it cannot be undone: whoever asked says whether it may be. */
import type { ToolCall } from '../../assistant/schemas.ts'
import { useMessages } from '../messages/locale.tsx'
import { Button } from './button.tsx'

interface CallConsentProps {
  calls: readonly ToolCall[]
  /** @param confirm Ids of the calls that may run now. */
  onSend: (message: string, confirm: string[]) => void
}

export function CallConsent({ calls, onSend }: CallConsentProps) {
  const { ask } = useMessages()
  return (
    <section
      aria-label={ask.consent}
      className="space-y-2 rounded-md border border-warn/50 bg-warn/8 p-3"
    >
      <p className="font-medium">{ask.consent}</p>
      <ul className="space-y-1">
        {calls.map(({ id, tool_name: name, arguments: args }) => (
          <li key={id} className="font-mono text-sm break-words">
            {name} {args}
          </li>
        ))}
      </ul>
      <div className="flex flex-wrap gap-2">
        <Button
          look="primary"
          onClick={() =>
            onSend(
              ask.agreed,
              calls.map(({ id }) => id),
            )
          }
        >
          {ask.agree}
        </Button>
        <Button onClick={() => onSend(ask.declined, [])}>{ask.decline}</Button>
      </div>
    </section>
  )
}
