/** Whether an account is banned, why and until when; banned, changed and lifted here. */
import { useState } from 'react'
import type { Account } from '../../../identity/platform-schemas.ts'
import { fromLocalInput, toLocalInput } from '../../lib/local-time.ts'
import { usePlatformActions } from '../../lib/platform-queries.ts'
import { textOf } from '../../lib/submit.ts'
import { usePlatformMessages } from '../../messages/platform.ts'
import { Button } from '../../ui/button.tsx'
import { TextField } from '../../ui/field.tsx'
import { FormModal } from '../../ui/form-modal.tsx'
import { Status } from '../../ui/status.tsx'
import { useToasts } from '../../ui/toasts.tsx'
import { Deadline } from '../../ui/when.tsx'
import { ReasonField } from './reason-field.tsx'

type Ban = NonNullable<Account['ban']>

const isOver = ({ expiresAt }: Ban) => expiresAt !== null && Date.parse(expiresAt) <= Date.now()

export function BanState({ account }: { account: Account }) {
  const { bans } = usePlatformMessages()
  const { liftBan } = usePlatformActions()
  const { fail } = useToasts()
  const [isAsking, setAsking] = useState(false)
  const { ban } = account
  const isBanned = ban !== null && !isOver(ban)
  return (
    <div className="space-y-1 px-3 py-2">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <Status tone={isBanned ? 'bad' : 'good'}>
          {ban === null ? bans.none : isBanned ? bans.active : bans.over}
        </Status>
        <span className="flex flex-wrap gap-2">
          {ban && (
            <Button
              onClick={() =>
                void liftBan(account).catch((error: unknown) => fail(bans.notLifted, error))
              }
            >
              {bans.lift}
            </Button>
          )}
          <Button onClick={() => setAsking(true)} className={isBanned ? '' : 'text-bad!'}>
            {isBanned ? bans.change : bans.ban}
          </Button>
        </span>
      </div>
      {ban && <Details ban={ban} />}
      {isAsking && <BanAccount account={account} onClose={() => setAsking(false)} />}
    </div>
  )
}

function Details({ ban: { reason, bannedAt, expiresAt } }: { ban: Ban }) {
  const { bans } = usePlatformMessages()
  return (
    <p className="text-sm break-words text-muted">
      {bans.reason}: {reason}. {bans.from} <Deadline iso={bannedAt} />{' '}
      {expiresAt === null ? (
        bans.forGood
      ) : (
        <>
          {bans.until} <Deadline iso={expiresAt} />
        </>
      )}
    </p>
  )
}

interface BanAccountProps {
  account: Account
  onClose: () => void
}

function BanAccount({ account, onClose }: BanAccountProps) {
  const { bans } = usePlatformMessages()
  const { ban: send } = usePlatformActions()
  const { ban } = account
  const submit = async (form: FormData) => {
    const expiresAt = fromLocalInput(textOf(form, 'expiresAt'))
    const reason = textOf(form, 'reason').trim()
    await send(account, { reason, ...(expiresAt !== '' && { expiresAt }) })
    onClose()
  }
  return (
    <FormModal
      title={bans.banTitle}
      hint={bans.banHint}
      submit={bans.ban}
      look="danger"
      onClose={onClose}
      onSubmit={submit}
    >
      <ReasonField label={bans.reason} hint={bans.reasonHint} reason={ban?.reason} />
      <TextField
        label={bans.expiresAt}
        hint={bans.expiresAtHint}
        name="expiresAt"
        type="datetime-local"
        defaultValue={ban?.expiresAt ? toLocalInput(ban.expiresAt) : ''}
      />
    </FormModal>
  )
}
