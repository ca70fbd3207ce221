/** What is known of a document and who may read it: shown to all, changed by who may write. */
import { useState } from 'react'
import type { DocumentFacts as Facts } from '../../../knowledge/access-schemas.ts'
import type { Document } from '../../../knowledge/schemas.ts'
import { readAttributes, rowsOf } from '../../lib/document-facts.ts'
import { useDocumentActions } from '../../lib/document-queries.ts'
import { usePermission } from '../../lib/hooks.ts'
import { useLateMessages } from '../../messages/late.ts'
import { useMessages } from '../../messages/locale.tsx'
import { CheckField } from '../../ui/field.tsx'
import { FormModal } from '../../ui/form-modal.tsx'
import { AttributeFields } from './attribute-fields.tsx'
import { ReaderFields } from './reader-fields.tsx'

interface DocumentFactsProps {
  document: Document
  onClose: () => void
}

const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other)

/** What differs only: who may change a title need not be one who may change readers. */
const changesOf = (before: Document, after: Required<Facts>): Facts => ({
  ...(same(before.labels, after.labels) ? {} : { labels: after.labels }),
  ...(before.phi === after.phi ? {} : { phi: after.phi }),
  ...(same(before.attributes, after.attributes) ? {} : { attributes: after.attributes }),
})

export default function DocumentFacts({ document, onClose }: DocumentFactsProps) {
  const { facts: words } = useLateMessages()
  const { knowledge } = useMessages()
  const mayWrite = usePermission('kb.write')
  const { describe } = useDocumentActions()
  const [labels, setLabels] = useState(document.labels)
  const [rows, setRows] = useState(() => rowsOf(document.attributes))
  const attributes = readAttributes(rows)
  const hasReader = labels === null || Object.values(labels).some((names) => names.length > 0)
  return (
    <FormModal
      title={knowledge.factsOf(document.title)}
      submit={words.save}
      isWide
      isReady={mayWrite && hasReader && attributes !== null}
      onClose={onClose}
      onSubmit={async (form) => {
        if (attributes === null) return
        const changes = changesOf(document, { labels, phi: form.has('phi'), attributes })
        if (Object.keys(changes).length > 0) await describe(document, changes)
        onClose()
      }}
    >
      <div className="max-h-[65dvh] space-y-5 overflow-y-auto p-0.5" tabIndex={0}>
        <Suspicions document={document} />
        <fieldset disabled={!mayWrite} className="space-y-2">
          <legend className="mb-1 font-semibold">{words.access}</legend>
          <ReaderFields labels={labels} onChange={setLabels} />
          {!hasReader && <p className="text-sm text-bad">{words.noReader}</p>}
          <CheckField
            name="phi"
            label={words.phi}
            hint={words.phiHint}
            defaultChecked={document.phi}
          />
        </fieldset>
        <fieldset disabled={!mayWrite} className="space-y-2">
          <legend className="mb-1 font-semibold">{words.attributes}</legend>
          <AttributeFields rows={rows} onChange={setRows} />
          {attributes === null && <p className="text-sm text-bad">{words.badAttributes}</p>}
        </fieldset>
      </div>
    </FormModal>
  )
}

/** What in its text looks like an attempt on whoever reads it with a model. */
function Suspicions({ document: { suspicions } }: { document: Document }) {
  const { facts: words } = useLateMessages()
  if (suspicions.length === 0) return null
  return (
    <section className="rounded-md border border-line bg-warn/10 px-3 py-2">
      <h3 className="font-semibold">{words.suspicions}</h3>
      <p className="text-sm text-pretty text-muted">{words.suspicionsHint}</p>
      <ul className="mt-1 list-disc pl-5">
        {suspicions.map((suspicion) => (
          <li key={suspicion}>{words.kinds[suspicion]}</li>
        ))}
      </ul>
    </section>
  )
}
