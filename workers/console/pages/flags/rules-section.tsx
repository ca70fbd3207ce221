/** An environment's settings as JSON: published at once, or proposed where approvals are asked for. */
import { useState } from 'react'
import type { FlagSettings } from '../../../flags/model-schemas.ts'
import { useFlagEditor } from '../../lib/flag-editor-queries.ts'
import { settingsIn } from '../../lib/flag-summary.ts'
import { usePermission } from '../../lib/hooks.ts'
import { useMessages } from '../../messages/locale.tsx'
import { Button } from '../../ui/button.tsx'
import { ErrorNote } from '../../ui/error-note.tsx'
import { LinesField, TextField } from '../../ui/field.tsx'
import { Section } from '../../ui/section.tsx'
import { ImpactPreview } from './impact.tsx'
import type { PartProps } from './rollout-section.tsx'

/** What else it may be, the server checks and says. */
function read(text: string): FlagSettings | undefined {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export function RulesSection({ flag, environment }: PartProps) {
  const { rules } = useMessages().flag
  const mayWrite = usePermission('flag.write')
  const { publish, propose } = useFlagEditor(flag.name)
  const [text, setText] = useState(() =>
    JSON.stringify(settingsIn(flag, environment), undefined, 2),
  )
  const [comment, setComment] = useState('')
  const [error, setError] = useState<unknown>(null)
  const settings = read(text)
  const send = (how: typeof propose) => {
    if (!settings) return
    setError(null)
    void how(flag, environment, settings, comment).catch(setError)
  }
  return (
    <Section title={rules.title} hint={rules.hint}>
      <LinesField
        label={rules.field}
        hint={settings ? rules.hint : rules.broken}
        rows={12}
        readOnly={!mayWrite}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      {mayWrite && (
        <>
          <TextField
            label={rules.comment}
            value={comment}
            maxLength={500}
            autoComplete="off"
            onChange={(event) => setComment(event.target.value)}
          />
          <ImpactPreview
            flag={flag.name}
            tried={
              settings && {
                environment,
                change: { version: flag.version, environments: { [environment]: settings } },
              }
            }
            label={rules.title}
          />
          <div className="flex justify-end gap-2">
            <Button disabled={!settings || comment === ''} onClick={() => send(propose)}>
              {rules.propose}
            </Button>
            <Button look="primary" disabled={!settings} onClick={() => send(publish)}>
              {rules.publish}
            </Button>
          </div>
        </>
      )}
      {error !== null && <ErrorNote error={error} />}
    </Section>
  )
}
