/** One's own passkeys: added in this browser, renamed, removed. */
import { useState } from 'react'
import type { Passkey } from '../../../identity/passkey-schemas.ts'
import { createPasskey, hasPasskeys } from '../../lib/passkeys.ts'
import { useServices } from '../../lib/services.tsx'
import { usePasskeys, useRefreshWays } from '../../lib/sign-in-ways.ts'
import { textOf } from '../../lib/submit.ts'
import { useMessages } from '../../messages/locale.tsx'
import { Button } from '../../ui/button.tsx'
import { TextField } from '../../ui/field.tsx'
import { FormModal } from '../../ui/form-modal.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Section } from '../../ui/section.tsx'
import { useToasts } from '../../ui/toasts.tsx'
import { When } from '../../ui/when.tsx'
import { ProofField, proofOf } from './ways-fields.tsx'

export function PasskeysSection() {
  const { passkeys } = useMessages().ways
  const query = usePasskeys()
  const [isAdding, setAdding] = useState(false)
  return (
    <Section title={passkeys.title} hint={passkeys.hint}>
      <Loaded query={query} rows={1}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="text-muted">{passkeys.none}</p>
          ) : (
            <ul className="divide-y divide-line rounded-md border border-line bg-surface">
              {items.map((item) => (
                <PasskeyRow key={item.id} passkey={item} />
              ))}
            </ul>
          )
        }
      </Loaded>
      {hasPasskeys() ? (
        <Button onClick={() => setAdding(true)}>{passkeys.add}</Button>
      ) : (
        <p className="text-muted">{passkeys.unsupported}</p>
      )}
      {isAdding && <AddPasskey onClose={() => setAdding(false)} />}
    </Section>
  )
}

function PasskeyRow({ passkey }: { passkey: Passkey }) {
  const { passkeys } = useMessages().ways
  const [open, setOpen] = useState<'rename' | 'remove' | null>(null)
  const { name, isSynced, createdAt, lastUsedAt } = passkey
  const close = () => setOpen(null)
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1 px-3 py-2">
      <span className="min-w-0 flex-1">
        <span className="block truncate font-medium">{name}</span>
        <span className="block text-sm text-muted">
          {isSynced ? passkeys.synced : passkeys.bound}
          {' · '}
          {passkeys.added} <When iso={createdAt} />
          {' · '}
          {lastUsedAt ? (
            <>
              {passkeys.used} <When iso={lastUsedAt} />
            </>
          ) : (
            passkeys.never
          )}
        </span>
      </span>
      <Button onClick={() => setOpen('rename')} aria-label={passkeys.renameOf(name)}>
        {passkeys.rename}
      </Button>
      <Button onClick={() => setOpen('remove')} aria-label={passkeys.removeOf(name)}>
        {passkeys.remove}
      </Button>
      {open === 'rename' && <RenamePasskey passkey={passkey} onClose={close} />}
      {open === 'remove' && <RemovePasskey passkey={passkey} onClose={close} />}
    </li>
  )
}

function NameField({ name }: { name: string }) {
  const { passkeys } = useMessages().ways
  return (
    <TextField
      label={passkeys.name}
      name="name"
      defaultValue={name}
      maxLength={200}
      autoComplete="off"
      required
      autoFocus
    />
  )
}

function AddPasskey({ onClose }: { onClose: () => void }) {
  const { ways } = useMessages()
  const { passkeys } = ways
  const { client } = useServices()
  const { succeed, fail } = useToasts()
  const refresh = useRefreshWays()
  const submit = async (form: FormData) => {
    const options = await client.account.passkeys.begin(proofOf(form))
    const credential = await createPasskey(options)
    onClose()
    if (!credential) return fail(passkeys.notMade, null)
    await client.account.passkeys.add(textOf(form, 'name').trim(), credential)
    succeed(passkeys.done)
    return refresh.passkeys()
  }
  return (
    <FormModal
      title={passkeys.add}
      hint={passkeys.addHint}
      submit={passkeys.add}
      refusal={ways.refused}
      onClose={onClose}
      onSubmit={submit}
    >
      <NameField name={passkeys.defaultName} />
      <ProofField />
    </FormModal>
  )
}

interface PasskeyQuestionProps {
  passkey: Passkey
  onClose: () => void
}

function RenamePasskey({ passkey, onClose }: PasskeyQuestionProps) {
  const { passkeys } = useMessages().ways
  const { client } = useServices()
  const refresh = useRefreshWays()
  const submit = async (form: FormData) => {
    await client.account.passkeys.rename(passkey.id, textOf(form, 'name').trim())
    onClose()
    await refresh.passkeys()
  }
  return (
    <FormModal
      title={passkeys.renameOf(passkey.name)}
      submit={passkeys.save}
      onClose={onClose}
      onSubmit={submit}
    >
      <NameField name={passkey.name} />
    </FormModal>
  )
}

function RemovePasskey({ passkey, onClose }: PasskeyQuestionProps) {
  const { ways } = useMessages()
  const { passkeys } = ways
  const { client } = useServices()
  const { succeed } = useToasts()
  const refresh = useRefreshWays()
  const submit = async (form: FormData) => {
    await client.account.passkeys.remove(passkey.id, proofOf(form))
    onClose()
    succeed(passkeys.removed)
    await refresh.passkeys()
  }
  return (
    <FormModal
      title={passkeys.removeOf(passkey.name)}
      hint={passkeys.removeHint}
      submit={passkeys.remove}
      look="danger"
      refusal={ways.refused}
      onClose={onClose}
      onSubmit={submit}
    >
      <ProofField />
    </FormModal>
  )
}
