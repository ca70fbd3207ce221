/** Why a document, or one chunk of it, is not among what was found. */
import { useState } from 'react'
import type { Explained } from '../../../knowledge/explain-schemas.ts'
import { SHOWN, type Sought } from '../../lib/search-queries.ts'
import { useServices } from '../../lib/services.tsx'
import { textOf } from '../../lib/submit.ts'
import { useLateMessages } from '../../messages/late.ts'
import { Button } from '../../ui/button.tsx'
import { ErrorNote } from '../../ui/error-note.tsx'
import { control, Labelled } from '../../ui/filter-fields.tsx'
import { Scores } from './hit-list.tsx'

const UUID = '[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}'

export function Explain({ query, kb }: Sought) {
  const { search: words } = useLateMessages()
  const { client } = useServices()
  const [explained, setExplained] = useState<Explained | null>(null)
  const [error, setError] = useState<unknown>(null)
  const explain = async (form: FormData) => {
    setError(null)
    setExplained(null)
    const ordinal = textOf(form, 'ordinal')
    const documentId = textOf(form, 'document').trim()
    const where = { ...(kb && { kbs: [kb] }), ...(ordinal && { ordinal: Number(ordinal) }) }
    setExplained(await client.searches.explain({ query, documentId, k: SHOWN, ...where }))
  }
  return (
    <section>
      <h2 className="font-semibold">{words.why}</h2>
      <p className="mb-2 text-sm text-muted">{words.whyHint}</p>
      <form
        className="flex flex-wrap items-end gap-2"
        onSubmit={(event) => {
          event.preventDefault()
          void explain(new FormData(event.currentTarget)).catch(setError)
        }}
      >
        <div className="w-80 max-w-full">
          <Labelled label={words.document}>
            <input
              name="document"
              pattern={UUID}
              spellCheck={false}
              autoComplete="off"
              required
              className={control}
            />
          </Labelled>
        </div>
        <div className="w-32">
          <Labelled label={words.ordinal}>
            <input name="ordinal" type="number" min={0} step={1} className={control} />
          </Labelled>
        </div>
        <Button type="submit">{words.explain}</Button>
      </form>
      {error !== null && <ErrorNote error={error} />}
      {explained && <Explanation explained={explained} />}
    </section>
  )
}

function Explanation({ explained }: { explained: Explained }) {
  const { chunk } = explained
  return (
    <div role="status" className="mt-3 space-y-2 rounded-md border border-line px-4 py-3">
      <p className="font-medium">{useReason(explained)}</p>
      {chunk && (
        <>
          <p className="line-clamp-3 whitespace-pre-line break-words text-muted">{chunk.text}</p>
          <Scores hit={chunk} />
        </>
      )}
    </div>
  )
}

function useReason({ reason, rank, k, arm }: Explained): string {
  const { reasons } = useLateMessages().search
  if (reason === 'found') return reasons.found(rank ?? 0)
  if (reason === 'below') return reasons.below(rank ?? 0, k)
  return reason === 'arms' ? reasons.arms(arm) : reasons[reason]
}
