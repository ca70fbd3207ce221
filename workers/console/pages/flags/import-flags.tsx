/** Flags from another product's export: first what would become of each, then the same for good. */
import { Link } from '@tanstack/react-router'
import { ArrowLeft } from 'lucide-react'
import { useState, type FormEvent } from 'react'
import type { FlagImportRequest } from '../../../flags/import-schemas.ts'
import { jsonOf, namesOf } from '../../lib/flag-inputs.ts'
import { useImport } from '../../lib/flag-trial-queries.ts'
import { textOf } from '../../lib/submit.ts'
import { useLateMessages } from '../../messages/late.ts'
import { useMessages } from '../../messages/locale.tsx'
import { Button } from '../../ui/button.tsx'
import { ErrorNote } from '../../ui/error-note.tsx'
import { LinesField, SelectField, TextField } from '../../ui/field.tsx'
import { Page } from '../../ui/page.tsx'
import { Section } from '../../ui/section.tsx'
import { ImportReport } from './import-report.tsx'

const FORMATS = ['growthbook', 'unleash', 'flagd', 'launchdarkly'] as const

type Export = Pick<FlagImportRequest, 'format' | 'document' | 'environments' | 'as'>

export default function ImportFlags() {
  const { flagTools } = useLateMessages()
  const { flag } = useMessages()
  const words = flagTools.import
  /** What the report is of; null once the form says something else. */
  const [chosen, setChosen] = useState<Export | null>(null)
  const [isBroken, setBroken] = useState(false)
  const { mutate, reset, data, error, isPending } = useImport()
  const forget = () => {
    setChosen(null)
    setBroken(false)
    reset()
  }
  const preview = async (form: FormData) => {
    const taken = await exportOf(form)
    setBroken(taken === undefined)
    if (!taken) return
    setChosen(taken)
    mutate({ ...taken, dryRun: true })
  }
  return (
    <Page title={words.title} subtitle={words.subtitle}>
      <Link to="/flags" search={{}} className="mb-4 inline-flex items-center gap-1 text-accent">
        <ArrowLeft size={16} aria-hidden />
        {flag.back}
      </Link>
      <Section title={words.source} hint={words.fileHint}>
        <ExportForm
          isBusy={isPending}
          fault={isBroken ? words.broken : undefined}
          onChange={forget}
          onSubmit={(form) => void preview(form)}
        />
        {error && <ErrorNote error={error} />}
      </Section>
      {data && (
        <Section title={words.report} hint={data.dryRun ? words.previewed : words.taken}>
          <ImportReport report={data} />
          {data.dryRun && chosen && data.flags.length > 0 && (
            <div className="flex justify-end">
              <Button
                look="primary"
                disabled={isPending}
                onClick={() => mutate({ ...chosen, dryRun: false })}
              >
                {words.take}
              </Button>
            </div>
          )}
        </Section>
      )}
    </Page>
  )
}

/** What the form says; undefined when its file is not JSON. */
async function exportOf(form: FormData): Promise<Export | undefined> {
  const file = form.get('file')
  const document = jsonOf(file instanceof File ? await file.text() : '')
  if (document === undefined) return undefined
  return {
    format: FORMATS.find((one) => one === textOf(form, 'format')) ?? 'growthbook',
    document,
    environments: namesOf(textOf(form, 'environments')),
    as: textOf(form, 'as') === 'drafts' ? 'drafts' : 'flags',
  }
}

interface ExportFormProps {
  isBusy: boolean
  /** What is wrong with the file. */
  fault: string | undefined
  onChange: () => void
  onSubmit: (form: FormData) => void
}

function ExportForm({ isBusy, fault, onChange, onSubmit }: ExportFormProps) {
  const words = useLateMessages().flagTools.import
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    onSubmit(new FormData(event.currentTarget))
  }
  return (
    <form onSubmit={submit} onChange={onChange} className="grid gap-3 sm:grid-cols-2">
      <SelectField
        label={words.format}
        name="format"
        options={FORMATS.map((value) => ({ value, name: words.formats[value] }))}
      />
      <TextField
        label={words.file}
        name="file"
        type="file"
        accept="application/json,.json"
        className="min-w-0"
        error={fault}
        required
      />
      <LinesField label={words.environments} hint={words.environmentsHint} name="environments" />
      <SelectField
        label={words.as}
        name="as"
        options={[
          { value: 'flags', name: words.asFlags },
          { value: 'drafts', name: words.asDrafts },
        ]}
      />
      <div className="flex justify-end sm:col-span-2">
        <Button type="submit" disabled={isBusy}>
          {words.preview}
        </Button>
      </div>
    </form>
  )
}
