/** Cases of a set: looked at, deleted, taken from files and given back as one. */
import { Download, Trash2, Upload } from 'lucide-react'
import { useRef, useState } from 'react'
import type { EvalCase, EvalImport, EvalSet } from '../../../evals/schemas.ts'
import { saveFile } from '../../lib/download.ts'
import { useEvalActions, useEvalCases } from '../../lib/eval-queries.ts'
import { usePermission } from '../../lib/hooks.ts'
import { useLateMessages } from '../../messages/late.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { cell, DataTable } from '../../ui/data-table.tsx'
import { ErrorNote } from '../../ui/error-note.tsx'
import { LoadMore } from '../../ui/load-more.tsx'
import { Loaded } from '../../ui/loaded.tsx'

export function EvalCases({ set }: { set: EvalSet }) {
  const { evals } = useLateMessages()
  const query = useEvalCases(set.id)
  return (
    <section>
      <h2 className="font-semibold">{evals.cases}</h2>
      <p className="mb-2 text-sm text-muted">{evals.casesHint}</p>
      <Transfer set={set} />
      <Loaded query={query} rows={4}>
        {({ pages }) => {
          const shown = pages.flatMap(({ items }) => items)
          if (shown.length === 0) return <p className="text-muted">{evals.noCases}</p>
          return (
            <DataTable
              label={evals.caseTable}
              columns={[
                { key: 'question', title: evals.question },
                { key: 'act', title: evals.cases, className: 'w-12', isSilent: true },
              ]}
            >
              {shown.map((one) => (
                <CaseRow key={one.id} setId={set.id} one={one} />
              ))}
            </DataTable>
          )
        }}
      </Loaded>
      <LoadMore query={query} />
    </section>
  )
}

function CaseRow({ setId, one }: { setId: string; one: EvalCase }) {
  const { evals } = useLateMessages()
  const mayWrite = usePermission('kb.write')
  const { removeCase } = useEvalActions()
  const { id, question, judgements } = one
  return (
    <tr className="hover:bg-raised/50">
      <td className={cell}>
        <span className="block break-words">{question}</span>
        <span className="block text-sm text-muted">
          {judgements.length === 0 ? evals.unanswerable : evals.judged(judgements.length)}
        </span>
      </td>
      <td className={`${cell} px-1!`}>
        {mayWrite && (
          <IconButton
            label={evals.takeOut(question)}
            onClick={() => void removeCase(setId, id, question)}
          >
            <Trash2 size={16} />
          </IconButton>
        )}
      </td>
    </tr>
  )
}

/** A file in, a file out. */
function Transfer({ set }: { set: EvalSet }) {
  const { evals } = useLateMessages()
  const mayWrite = usePermission('kb.write')
  const { importCases, exportCases } = useEvalActions()
  const picker = useRef<HTMLInputElement>(null)
  const [taken, setTaken] = useState<EvalImport | null>(null)
  const [error, setError] = useState<unknown>(null)
  const attempt = (work: () => Promise<void>) => {
    setError(null)
    setTaken(null)
    void work().catch(setError)
  }
  return (
    <div className="mb-3 space-y-2">
      <div className="flex flex-wrap gap-2">
        {mayWrite && (
          <Button onClick={() => picker.current?.click()}>
            <Upload size={16} aria-hidden /> {evals.import}
          </Button>
        )}
        <Button
          disabled={set.cases === 0}
          onClick={() =>
            attempt(async () => saveFile(`${set.name}.jsonl`, await exportCases(set.id)))
          }
        >
          <Download size={16} aria-hidden /> {evals.export}
        </Button>
      </div>
      <input
        ref={picker}
        type="file"
        accept=".jsonl,.ndjson,.json,.txt"
        aria-label={evals.import}
        tabIndex={-1}
        className="hidden"
        onChange={({ target }) => {
          const [file] = target.files ?? []
          target.value = ''
          if (file) attempt(async () => setTaken(await importCases(set.id, file)))
        }}
      />
      {error !== null && <ErrorNote error={error} />}
      {taken && <Taken taken={taken} />}
    </div>
  )
}

function Taken({ taken: { cases, refused, refusals } }: { taken: EvalImport }) {
  const { evals } = useLateMessages()
  return (
    <div role="status" className="rounded-md border border-line bg-surface px-3 py-2">
      <p>{evals.imported(cases)}</p>
      {refused > 0 && (
        <>
          <p className="text-warn">{evals.refused(refused)}</p>
          <ul className="mt-1 max-h-40 overflow-y-auto text-sm text-muted" tabIndex={0}>
            {refusals.map(({ line, detail }) => (
              <li key={`${line} ${detail}`} className="break-words">
                {evals.line(line, detail)}
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  )
}
