/** Questions for whoever does not know yet what to ask. */
import type { ReactNode } from 'react'
import { useMessages } from '../../messages/locale.tsx'
import { Empty } from '../../ui/page.tsx'

interface SuggestionsProps {
  icon: ReactNode
  onPick: (question: string) => void
}

export function Suggestions({ icon, onPick }: SuggestionsProps) {
  const { ask } = useMessages()
  return (
    <Empty icon={icon} title={ask.emptyTitle} hint={ask.emptyHint}>
      <ul className="flex flex-col items-stretch gap-2">
        {ask.suggestions.map((question) => (
          <li key={question}>
            <button
              type="button"
              lang="en"
              onClick={() => onPick(question)}
              className="w-full rounded-md border border-line bg-surface px-4 py-2 text-left hover:border-accent/60 hover:bg-raised"
            >
              {question}
            </button>
          </li>
        ))}
      </ul>
    </Empty>
  )
}
