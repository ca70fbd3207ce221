/** What of an assistant has no versions: whether it is the default, its flag, the archive, its end. */
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { Assistant, AssistantChange } from '../../../assistant/assistant-schemas.ts'
import { useAssistantActions } from '../../lib/assistant-queries.ts'
import { useLateMessages } from '../../messages/late.ts'
import { Button } from '../../ui/button.tsx'
import { ConfirmDelete } from '../../ui/confirm-delete.tsx'
import { ErrorNote } from '../../ui/error-note.tsx'
import { TextField } from '../../ui/field.tsx'
import { Section } from '../../ui/section.tsx'

export function ServingSection({ assistant }: { assistant: Assistant }) {
  const { assistants } = useLateMessages()
  const { id, archived, is_default: isDefault } = assistant
  const actions = useAssistantActions()
  const [error, setError] = useState<unknown>(null)
  const [isCondemned, setCondemned] = useState(false)
  const change = (wanted: AssistantChange) => {
    setError(null)
    void actions.change(id, wanted).catch(setError)
  }
  return (
    <Section title={assistants.serving} hint={assistants.servingHint}>
      <div className="flex flex-wrap gap-2">
        {!archived && (
          <Button onClick={() => change({ is_default: !isDefault })}>
            {isDefault ? assistants.noDefault : assistants.makeDefault}
          </Button>
        )}
        {!isDefault && (
          <Button onClick={() => change({ archived: !archived })}>
            {archived ? assistants.unarchive : assistants.archive}
          </Button>
        )}
        {archived && <Button onClick={() => setCondemned(true)}>{assistants.remove}</Button>}
      </div>
      <FlagField key={assistant.flag} flag={assistant.flag} onSet={(flag) => change({ flag })} />
      {error !== null && <ErrorNote error={error} />}
      {isCondemned && <Removal assistant={assistant} onClose={() => setCondemned(false)} />}
    </Section>
  )
}

interface FlagFieldProps {
  flag: string | null
  onSet: (flag: string | null) => void
}

function FlagField({ flag, onSet }: FlagFieldProps) {
  const { assistants } = useLateMessages()
  const [name, setName] = useState(flag ?? '')
  const wanted = name.trim() || null
  return (
    <form
      className="flex flex-wrap items-start gap-2"
      onSubmit={(event) => {
        event.preventDefault()
        onSet(wanted)
      }}
    >
      <TextField
        label={assistants.flag}
        hint={assistants.flagHint}
        value={name}
        onChange={(change) => setName(change.target.value)}
        maxLength={128}
        autoComplete="off"
        spellCheck={false}
        className="min-w-0 flex-1"
      />
      <Button type="submit" className="mt-6" disabled={wanted === flag}>
        {assistants.setFlag}
      </Button>
    </form>
  )
}

function Removal({ assistant, onClose }: { assistant: Assistant; onClose: () => void }) {
  const { assistants } = useLateMessages()
  const { name } = assistant.content
  const { remove } = useAssistantActions()
  const navigate = useNavigate({ from: '/assistants' })
  return (
    <ConfirmDelete
      title={assistants.removeTitle}
      hint={assistants.removeHint}
      name={name}
      label={assistants.typeName(name)}
      onClose={onClose}
      onConfirm={async () => {
        await remove(assistant)
        await navigate({ search: { archived: true }, replace: true })
      }}
    />
  )
}
