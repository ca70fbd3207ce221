/** A rated answer kept as a case: which set, and which of its documents are right. */
import type { Feedback } from '../../../knowledge/feedback-schemas.ts'
import { useEvalActions, useEvalSets } from '../../lib/eval-queries.ts'
import { useTitles } from '../../lib/rated-queries.ts'
import { textOf } from '../../lib/submit.ts'
import { useLateMessages } from '../../messages/late.ts'
import { CheckField, SelectField } from '../../ui/field.tsx'
import { FormModal } from '../../ui/form-modal.tsx'
import { Loaded } from '../../ui/loaded.tsx'

/** From this rating up what an answer cited is taken for right, until somebody says otherwise. */
const GOOD = 3

interface SaveRatedProps {
  answer: Feedback
  onClose: () => void
}

export default function SaveRated({ answer, onClose }: SaveRatedProps) {
  const { rated: words } = useLateMessages()
  const { search } = useLateMessages()
  const { answerId, question, rating, chunks, kbVersions } = answer
  const sets = useEvalSets()
  const { addRatedCase } = useEvalActions()
  const cited = new Set(chunks.filter((chunk) => chunk.cited).map(({ documentId }) => documentId))
  const shown = [...new Set(chunks.map(({ documentId }) => documentId))]
  const titles = useTitles(shown)
  const all = sets.data?.pages.flatMap(({ items }) => items) ?? []
  const fit = all.filter(({ kbId }) => Object.hasOwn(kbVersions, kbId))
  return (
    <FormModal
      title={words.keepTitle}
      hint={words.keepHint}
      submit={words.keep}
      isReady={fit.length > 0}
      onClose={onClose}
      onSubmit={async (form) => {
        const judgements = shown
          .filter((id) => form.has(id))
          .map((documentId) => ({ documentId, grade: 1 }))
        await addRatedCase(textOf(form, 'set'), { answerId, judgements })
        onClose()
      }}
    >
      <p className="font-medium break-words">{question}</p>
      <Loaded query={sets} rows={1}>
        {() =>
          fit.length === 0 ? (
            <p className="text-warn">{words.noSets}</p>
          ) : (
            <SelectField
              label={search.set}
              name="set"
              options={fit.map(({ id, name }) => ({ value: id, name }))}
            />
          )
        }
      </Loaded>
      {shown.length > 0 && (
        <fieldset className="max-h-60 space-y-1 overflow-y-auto">
          <legend className="mb-1 text-sm font-medium">{search.right}</legend>
          {shown.map((id) => (
            <CheckField
              key={id}
              name={id}
              label={titles.get(id) ?? words.gone}
              defaultChecked={rating >= GOOD && cited.has(id)}
            />
          ))}
        </fieldset>
      )}
    </FormModal>
  )
}
