/** Moments in the reader's zone; UTC when pointed at. */
import { formatDeadline, formatMoment, formatWhen } from '../lib/format.ts'
import { useMessages } from '../messages/locale.tsx'

interface TimeProps {
  iso: string
}

/** The time today, the date before. */
export function When({ iso }: TimeProps) {
  const { locale } = useMessages()
  return (
    <time dateTime={iso} title={iso} className="whitespace-nowrap">
      {formatWhen(iso, locale)}
    </time>
  )
}

/** To the minute, for what is to come. */
export function Deadline({ iso }: TimeProps) {
  const { locale } = useMessages()
  return (
    <time dateTime={iso} title={iso}>
      {formatDeadline(iso, locale)}
    </time>
  )
}

/** To the second, for logs. */
export function Moment({ iso }: TimeProps) {
  const { locale } = useMessages()
  return (
    <time dateTime={iso} title={iso}>
      {formatMoment(iso, locale)}
    </time>
  )
}
