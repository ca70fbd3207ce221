/** Parts of documents that were given up, and the way back for them. Loaded when it is asked for. */
import { useDeadLetters, useReplay } from '../lib/document-queries.ts'
import { useMessages } from '../messages/locale.tsx'
import { Button } from '../ui/button.tsx'
import { Loaded } from '../ui/loaded.tsx'
import { Modal } from '../ui/modal.tsx'
import { Moment } from '../ui/when.tsx'

export default function DeadLetters({ onClose }: { onClose: () => void }) {
  const { knowledge } = useMessages()
  const query = useDeadLetters(true)
  const replay = useReplay()
  return (
    <Modal title={knowledge.deadLetters(query.data?.length ?? 0)} onClose={onClose} isWide>
      <p className="mb-3 text-muted">{knowledge.deadLettersHint}</p>
      <Loaded query={query} rows={3}>
        {(letters) =>
          letters.length === 0 ? (
            <p>{knowledge.noDeadLetters}</p>
          ) : (
            <ul className="divide-y divide-line">
              {letters.map((letter) => (
                <li key={letter.id} className="flex items-start gap-3 py-2">
                  <span className="min-w-0 flex-1">
                    <span className="block truncate font-medium">{letter.title}</span>
                    <span className="block text-sm text-muted">
                      <Moment iso={letter.diedAt} /> · {knowledge.tries(letter.attempts)}
                    </span>
                    {letter.error && (
                      <span className="block text-sm text-pretty text-bad">
                        {letter.error.message}
                      </span>
                    )}
                  </span>
                  <Button
                    onClick={() => void replay(letter)}
                    aria-label={knowledge.replayOf(letter.title)}
                  >
                    {knowledge.replay}
                  </Button>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Modal>
  )
}
