/** A question kept for evaluation, with those of the found documents that are right. */
import type { SearchHit } from '../../../knowledge/search-schemas.ts'
import { useEvalActions, useEvalSets } from '../../lib/eval-queries.ts'
import { textOf } from '../../lib/submit.ts'
import { useLateMessages } from '../../messages/late.ts'
import { CheckField, SelectField } from '../../ui/field.tsx'
import { FormModal } from '../../ui/form-modal.tsx'
import { Loaded } from '../../ui/loaded.tsx'

interface SaveCaseProps {
  query: string
  hits: readonly SearchHit[]
  onClose: () => void
}

export function SaveCase({ query, hits, onClose }: SaveCaseProps) {
  const { search: words } = useLateMessages()
  const sets = useEvalSets()
  const { addCase } = useEvalActions()
  const documents = [...new Map(hits.map((hit) => [hit.documentId, hit.title]))]
  const options = sets.data?.pages.flatMap(({ items }) => items) ?? []
  return (
    <FormModal
      title={words.saveTitle}
      hint={words.saveHint}
      submit={words.save}
      isReady={options.length > 0}
      onClose={onClose}
      onSubmit={async (form) => {
        const judgements = documents
          .filter(([id]) => form.has(id))
          .map(([documentId]) => ({ documentId, grade: 1 }))
        await addCase(textOf(form, 'set'), { question: query, judgements, source: 'search' })
        onClose()
      }}
    >
      <p className="font-medium break-words">{query}</p>
      <Loaded query={sets} rows={1}>
        {() =>
          options.length === 0 ? (
            <p className="text-warn">{words.noSets}</p>
          ) : (
            <SelectField
              label={words.set}
              name="set"
              options={options.map(({ id, name }) => ({ value: id, name }))}
            />
          )
        }
      </Loaded>
      <fieldset className="max-h-60 space-y-1 overflow-y-auto">
        <legend className="mb-1 text-sm font-medium">{words.right}</legend>
        {documents.map(([id, title]) => (
          <CheckField key={id} label={title} name={id} />
        ))}
      </fieldset>
    </FormModal>
  )
}
