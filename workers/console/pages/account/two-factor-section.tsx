/** Whether a code is asked for at sign-in, and what can be done about it. */
import { useState } from 'react'
import type { TwoFactor } from '../../../identity/schemas.ts'
import { useRefreshAccount, useTwoFactor } from '../../lib/account-queries.ts'
import { useServices } from '../../lib/services.tsx'
import { textOf } from '../../lib/submit.ts'
import { useAccountMessages } from '../../messages/account.ts'
import { Button } from '../../ui/button.tsx'
import { FormModal } from '../../ui/form-modal.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { SecretOnce } from '../../ui/secret-once.tsx'
import { Section } from '../../ui/section.tsx'
import { Status } from '../../ui/status.tsx'
import { useToasts } from '../../ui/toasts.tsx'
import { CodeField, PasswordField } from './proof-fields.tsx'
import { SetUpTwoFactor } from './set-up-two-factor.tsx'

export function TwoFactorSection() {
  const { twoFactor } = useAccountMessages()
  const query = useTwoFactor()
  return (
    <Section title={twoFactor.title} hint={twoFactor.hint}>
      <Loaded query={query} rows={1}>
        {(state) => <State state={state} />}
      </Loaded>
    </Section>
  )
}

type Open = 'set-up' | 'renew' | 'turn-off' | readonly string[] | null

function State({ state }: { state: TwoFactor }) {
  const { twoFactor } = useAccountMessages()
  const refresh = useRefreshAccount()
  /** Which question is open; a list is of new backup codes, to be shown. */
  const [open, setOpen] = useState<Open>(null)
  const close = () => setOpen(null)
  const showCodes = (codes: readonly string[]) => {
    setOpen(codes)
    void refresh.twoFactor()
  }
  return (
    <>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <Status tone={state.isEnabled ? 'good' : 'idle'}>
          {state.isEnabled ? twoFactor.on : twoFactor.off}
        </Status>
        {state.isEnabled && (
          <span className={state.backupCodesLeft < 3 ? 'text-warn' : 'text-muted'}>
            {twoFactor.codesLeft(state.backupCodesLeft)}
          </span>
        )}
        <span className="flex flex-wrap gap-2 sm:ml-auto">
          {state.isEnabled ? (
            <>
              <Button onClick={() => setOpen('renew')}>{twoFactor.renew}</Button>
              <Button onClick={() => setOpen('turn-off')}>{twoFactor.turnOff}</Button>
            </>
          ) : (
            <Button onClick={() => setOpen('set-up')}>{twoFactor.setUp}</Button>
          )}
        </span>
      </div>
      {open === 'set-up' && <SetUpTwoFactor onClose={close} onCodes={showCodes} />}
      {open === 'renew' && <RenewCodes onClose={close} onCodes={showCodes} />}
      {open === 'turn-off' && <TurnOff onClose={close} />}
      {Array.isArray(open) && (
        <SecretOnce
          title={twoFactor.backupTitle}
          hint={twoFactor.backupHint}
          text={open.join('\n')}
          fileName="voiceassist-backup-codes.txt"
          onClose={close}
        />
      )}
    </>
  )
}

interface RenewCodesProps {
  onClose: () => void
  onCodes: (codes: readonly string[]) => void
}

function RenewCodes({ onClose, onCodes }: RenewCodesProps) {
  const { twoFactor, wrongProofs } = useAccountMessages()
  const { client } = useServices()
  const submit = async (form: FormData) => {
    const { twoFactor: factor } = client.account
    const [password, code] = [textOf(form, 'password'), textOf(form, 'code')]
    onCodes((await factor.renewBackupCodes(password, code)).backupCodes)
  }
  return (
    <FormModal
      title={twoFactor.renew}
      hint={twoFactor.renewHint}
      submit={twoFactor.renew}
      refusal={wrongProofs}
      onClose={onClose}
      onSubmit={submit}
    >
      <PasswordField />
      <CodeField />
    </FormModal>
  )
}

function TurnOff({ onClose }: { onClose: () => void }) {
  const { twoFactor, wrongProofs } = useAccountMessages()
  const { client } = useServices()
  const { succeed } = useToasts()
  const refresh = useRefreshAccount()
  const submit = async (form: FormData) => {
    await client.account.twoFactor.disable(textOf(form, 'password'), textOf(form, 'code'))
    succeed(twoFactor.turnedOff)
    onClose()
    await refresh.twoFactor()
  }
  return (
    <FormModal
      title={twoFactor.turnOff}
      hint={twoFactor.turnOffHint}
      submit={twoFactor.turnOff}
      look="danger"
      refusal={wrongProofs}
      onClose={onClose}
      onSubmit={submit}
    >
      <PasswordField />
      <CodeField />
    </FormModal>
  )
}
