/** A moment in the reader's zone; UTC when pointed at. */
import { formatWhen } from '../lib/format.ts'
import { useMessages } from '../messages/locale.tsx'

export function When({ iso }: { iso: string }) {
  const { locale } = useMessages()
  return (
    <time dateTime={iso} title={iso} className="whitespace-nowrap">
      {formatWhen(iso, locale)}
    </time>
  )
}
