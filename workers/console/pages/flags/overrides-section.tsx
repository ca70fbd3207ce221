/** Values of single units: seen, set, taken away. */
import { useState } from 'react'
import { useFlagEditor, useOverrides } from '../../lib/flag-editor-queries.ts'
import { usePermission } from '../../lib/hooks.ts'
import { fromLocalInput } from '../../lib/local-time.ts'
import { textOf, useSubmit } from '../../lib/submit.ts'
import { useMessages } from '../../messages/locale.tsx'
import { Button } from '../../ui/button.tsx'
import { ErrorNote } from '../../ui/error-note.tsx'
import { TextField } from '../../ui/field.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Section } from '../../ui/section.tsx'
import { Deadline } from '../../ui/when.tsx'
import type { PartProps } from './rollout-section.tsx'

export function OverridesSection({ flag, environment }: PartProps) {
  const { overrides } = useMessages().flag
  const mayWrite = usePermission('flag.write')
  const query = useOverrides(flag.name, environment)
  const { removeOverride } = useFlagEditor(flag.name)
  const [count, setCount] = useState(0)
  return (
    <Section title={overrides.title} hint={overrides.hint}>
      <Loaded query={query} rows={1}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="text-muted">{overrides.none}</p>
          ) : (
            <ul className="divide-y divide-line rounded-md border border-line">
              {items.map(({ unitId, value, reason, expiresAt }) => (
                <li key={unitId} className="flex items-center gap-3 px-3 py-1.5">
                  <span className="min-w-0 flex-1 break-words">
                    <code className="font-mono text-sm">
                      {unitId}: {JSON.stringify(value)}
                    </code>
                    <span className="block text-sm text-muted">
                      {reason} {expiresAt && <Deadline iso={expiresAt} />}
                    </span>
                  </span>
                  {mayWrite && (
                    <Button
                      aria-label={overrides.removeOf(unitId)}
                      onClick={() => removeOverride(environment, unitId)}
                    >
                      {overrides.remove}
                    </Button>
                  )}
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
      {mayWrite && (
        <NewOverride
          key={`${environment} ${count}`}
          flag={flag}
          environment={environment}
          onDone={() => setCount((last) => last + 1)}
        />
      )}
    </Section>
  )
}

function NewOverride({ flag, environment, onDone }: PartProps & { onDone: () => void }) {
  const { overrides } = useMessages().flag
  const { setOverride } = useFlagEditor(flag.name)
  const { onSubmit, error, isBusy } = useSubmit(async (form) => {
    const expiresAt = fromLocalInput(textOf(form, 'expires'))
    await setOverride({
      environment,
      unitId: textOf(form, 'unit').trim(),
      value: valueOf(textOf(form, 'value')),
      reason: textOf(form, 'reason').trim(),
      ...(expiresAt && { expiresAt }),
    })
    onDone()
  })
  return (
    <form onSubmit={onSubmit} className="grid gap-3 sm:grid-cols-2">
      <TextField label={overrides.unit} name="unit" maxLength={200} required autoComplete="off" />
      <TextField label={overrides.value} name="value" required autoComplete="off" />
      <TextField
        label={overrides.reason}
        name="reason"
        maxLength={300}
        required
        autoComplete="off"
      />
      <TextField label={overrides.expires} name="expires" type="datetime-local" />
      <div className="flex justify-end sm:col-span-2">
        <Button type="submit" disabled={isBusy}>
          {overrides.add}
        </Button>
      </div>
      {error !== null && (
        <div className="sm:col-span-2">
          <ErrorNote error={error} />
        </div>
      )}
    </form>
  )
}

/** Text that is no JSON is a text. */
function valueOf(text: string): string | number | boolean {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
