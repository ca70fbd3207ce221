/** A knowledge base's gate, what was measured of it, and publishing or taking it back. */
import type { GateState } from '../../../evals/publish-schemas.ts'
import type { Base } from '../../../knowledge/base-schemas.ts'
import { useBaseActions, useGate } from '../../lib/base-queries.ts'
import { formatScore } from '../../lib/format.ts'
import { usePermission } from '../../lib/hooks.ts'
import { textOf, useSubmit } from '../../lib/submit.ts'
import { useLateMessages } from '../../messages/late.ts'
import { useMessages } from '../../messages/locale.tsx'
import { Button } from '../../ui/button.tsx'
import { ErrorNote } from '../../ui/error-note.tsx'
import { SelectField, TextField } from '../../ui/field.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Modal } from '../../ui/modal.tsx'
import { Status } from '../../ui/status.tsx'
import { useToasts } from '../../ui/toasts.tsx'
import { GateForm } from './gate-form.tsx'

interface PublishingProps {
  base: Base
  bases: readonly Base[]
  onClose: () => void
}

export default function Publishing({ base, bases, onClose }: PublishingProps) {
  const { publishing: words } = useLateMessages()
  const mayWrite = usePermission('kb.write')
  const query = useGate(base.id)
  return (
    <Modal title={words.title(base.name)} onClose={onClose} isWide>
      <Loaded query={query} rows={5}>
        {(state) => (
          <div className="space-y-5">
            {mayWrite && <GateForm base={base} state={state} />}
            <Verdict state={state} />
            {mayWrite && base.draft && (
              <PublishForm base={base} bases={bases} state={state} onDone={onClose} />
            )}
            {mayWrite && !base.draft && <Withdraw base={base} onDone={onClose} />}
          </div>
        )}
      </Loaded>
    </Modal>
  )
}

function Verdict({ state: { gate, isMet, runId, missed, version } }: { state: GateState }) {
  const { publishing: words } = useLateMessages()
  const { locale } = useMessages()
  if (gate === null) return <Status tone="idle">{words.none}</Status>
  if (isMet) return <Status tone="good">{words.met}</Status>
  if (runId === null) return <p className="text-warn">{words.unmeasured(version)}</p>
  return (
    <ul className="list-disc pl-5 text-warn">
      {missed.map(({ measure, least, got }) => (
        <li key={measure}>
          {words.missed(
            words.measures[measure],
            got === null ? words.unknown : formatScore(got, locale),
            formatScore(least, locale),
          )}
        </li>
      ))}
    </ul>
  )
}

interface PublishFormProps {
  base: Base
  bases: readonly Base[]
  state: GateState
  onDone: () => void
}

function PublishForm({ base, bases, state: { isMet }, onDone }: PublishFormProps) {
  const { publishing: words } = useLateMessages()
  const { succeed } = useToasts()
  const { publish } = useBaseActions()
  const replaceable = bases.filter(({ id, draft }) => !draft && id !== 'default')
  const { onSubmit, error, isBusy } = useSubmit(async (form) => {
    const [replaces, reason] = [textOf(form, 'replaces'), textOf(form, 'reason').trim()]
    await publish(base.id, {
      ...(replaces && { replaces }),
      ...(reason && { override: { reason } }),
    })
    succeed(words.published(base.name))
    onDone()
  })
  return (
    <form onSubmit={onSubmit} className="space-y-3">
      {replaceable.length > 0 && (
        <SelectField
          name="replaces"
          label={words.replaces}
          options={[
            { value: '', name: words.nothing },
            ...replaceable.map(({ id, name }) => ({ value: id, name })),
          ]}
        />
      )}
      {!isMet && (
        <TextField
          name="reason"
          label={words.reason}
          hint={words.reasonHint}
          maxLength={300}
          required
        />
      )}
      {error !== null && <ErrorNote error={error} />}
      <Button type="submit" look="primary" disabled={isBusy}>
        {words.publish}
      </Button>
    </form>
  )
}

function Withdraw({ base, onDone }: { base: Base; onDone: () => void }) {
  const { publishing: words } = useLateMessages()
  const { succeed } = useToasts()
  const { withdraw } = useBaseActions()
  const { onSubmit, error, isBusy } = useSubmit(async () => {
    await withdraw(base.id)
    succeed(words.withdrawn(base.name))
    onDone()
  })
  return (
    <form onSubmit={onSubmit} className="space-y-3">
      {error !== null && <ErrorNote error={error} />}
      <Button type="submit" disabled={isBusy}>
        {words.withdraw}
      </Button>
    </form>
  )
}
