/** What an assistant is; saving it makes the next version. */
import { useId } from 'react'
import { VoiceAssistError } from '../../../../sdk/errors.ts'
import type { Assistant } from '../../../assistant/assistant-schemas.ts'
import { contentOf, LANGUAGES } from '../../lib/assistant-form.ts'
import { useAssistantActions, useAssistantOptions } from '../../lib/assistant-queries.ts'
import { useBases } from '../../lib/base-queries.ts'
import { usePermission } from '../../lib/hooks.ts'
import { textOf, useSubmit } from '../../lib/submit.ts'
import { useLateMessages } from '../../messages/late.ts'
import { useMessages } from '../../messages/locale.tsx'
import { Button } from '../../ui/button.tsx'
import { ErrorNote } from '../../ui/error-note.tsx'
import { inputClass, SelectField, TextField } from '../../ui/field.tsx'
import { ChoiceList } from './choice-list.tsx'

const isStale = (error: unknown) => error instanceof VoiceAssistError && error.code === 'conflict'

export function ContentForm({ assistant }: { assistant: Assistant }) {
  const { id, version, content } = assistant
  const { assistants } = useLateMessages()
  const { save, reload } = useAssistantActions()
  const options = useAssistantOptions()
  const bases = useBases(usePermission('kb.read'))
  const { onSubmit, error, isBusy } = useSubmit((form) =>
    save(id, version, contentOf(form), textOf(form, 'comment').trim()),
  )
  return (
    <form onSubmit={onSubmit} aria-label={assistants.content} className="min-w-0 space-y-4">
      <p className="text-sm text-muted">{assistants.contentHint}</p>
      <TextField
        label={assistants.name}
        name="name"
        defaultValue={content.name}
        maxLength={100}
        required
      />
      <LongText
        label={assistants.instructions}
        hint={assistants.instructionsHint}
        name="instructions"
        value={content.instructions}
        rows={10}
        max={20_000}
      />
      <LongText
        label={assistants.greeting}
        hint={assistants.greetingHint}
        name="greeting"
        value={content.greeting}
        rows={2}
        max={1000}
      />
      <Voices content={content} models={options.data?.models} />
      <ChoiceList
        name="tools"
        label={assistants.tools}
        all={assistants.allTools}
        chosen={content.tools}
        options={(options.data?.tools ?? []).map((value) => ({ value, name: value }))}
      />
      <ChoiceList
        name="knowledge_bases"
        label={assistants.bases}
        all={assistants.allBases}
        chosen={content.knowledge_bases}
        options={(bases.data ?? []).map(({ id: value, name }) => ({ value, name }))}
      />
      <Limits content={content} mostTurns={options.data?.max_turns} />
      <TextField label={assistants.comment} name="comment" maxLength={500} autoComplete="off" />
      {error !== null && (
        <ErrorNote error={error} {...(isStale(error) && { text: assistants.stale })}>
          {isStale(error) && <Button onClick={() => void reload(id)}>{assistants.reload}</Button>}
        </ErrorNote>
      )}
      <Button type="submit" look="primary" disabled={isBusy}>
        {assistants.save}
      </Button>
    </form>
  )
}

interface VoicesProps {
  content: Assistant['content']
  /** Undefined until they are known. */
  models: readonly string[] | undefined
}

/** In which language, by which model and with which voice it answers. */
function Voices({ content, models: known }: VoicesProps) {
  const { assistants } = useLateMessages()
  const { locale } = useMessages()
  const languages = new Intl.DisplayNames([locale], { type: 'language' })
  const models = known ?? (content.model === null ? [] : [content.model])
  return (
    <div className="grid gap-4 sm:grid-cols-3">
      <SelectField
        label={assistants.language}
        name="language"
        defaultValue={content.language ?? ''}
        options={[
          { value: '', name: assistants.anyLanguage },
          ...LANGUAGES.map((value) => ({ value, name: languages.of(value) ?? value })),
        ]}
      />
      <SelectField
        key={models.join()}
        label={assistants.model}
        name="model"
        defaultValue={content.model ?? ''}
        options={[
          { value: '', name: assistants.anyModel },
          ...models.map((value) => ({ value, name: value })),
        ]}
      />
      <TextField
        label={assistants.voice}
        hint={assistants.voiceHint}
        name="voice"
        defaultValue={content.voice ?? ''}
        maxLength={64}
      />
    </div>
  )
}

interface LongTextProps {
  label: string
  hint: string
  name: string
  value: string
  rows: number
  max: number
}

function LongText({ label, hint, name, value, rows, max }: LongTextProps) {
  const id = useId()
  return (
    <div>
      <label htmlFor={id} className="mb-1 block text-sm font-medium">
        {label}
      </label>
      <textarea
        id={id}
        name={name}
        rows={rows}
        maxLength={max}
        defaultValue={value}
        aria-describedby={`${id}-note`}
        className={`py-2 ${inputClass}`}
      />
      <p id={`${id}-note`} className="text-sm text-muted">
        {hint}
      </p>
    </div>
  )
}

interface LimitsProps {
  content: Assistant['content']
  mostTurns: number | undefined
}

function Limits({ content: { limits }, mostTurns }: LimitsProps) {
  const { assistants } = useLateMessages()
  const number = (label: string, name: keyof typeof limits, max?: number, min = 1) => (
    <TextField
      label={label}
      name={name}
      type="number"
      min={min}
      max={max}
      defaultValue={limits[name] ?? ''}
    />
  )
  return (
    <fieldset>
      <legend className="mb-1 text-sm font-medium">{assistants.limits}</legend>
      <div className="grid gap-4 sm:grid-cols-3">
        {number(assistants.maxTurns, 'max_turns', mostTurns)}
        {number(assistants.maxAnswer, 'max_answer_length', undefined, 16)}
        {number(assistants.maxSteps, 'max_steps', 6)}
      </div>
      <p className="mt-1 text-sm text-muted">{assistants.limitHint}</p>
    </fieldset>
  )
}
