/** Turns the second factor on: password, then the secret for the app, then a code that proves it. */
import { lazy, Suspense, useState } from 'react'
import type { NewAuthenticator } from '../../../identity/schemas.ts'
import { useServices } from '../../lib/services.tsx'
import { textOf } from '../../lib/submit.ts'
import { useAccountMessages } from '../../messages/account.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import { FormModal } from '../../ui/form-modal.tsx'
import { useToasts } from '../../ui/toasts.tsx'
import { CodeField, PasswordField } from './proof-fields.tsx'

const QrCode = lazy(() => import('../../ui/qr-code.tsx'))

interface SetUpTwoFactorProps {
  onClose: () => void
  onCodes: (codes: readonly string[]) => void
}

export function SetUpTwoFactor(props: SetUpTwoFactorProps) {
  const { twoFactor, wrongPassword } = useAccountMessages()
  const { client } = useServices()
  const [made, setMade] = useState<NewAuthenticator | null>(null)
  if (made) return <ConfirmCode made={made} {...props} />
  return (
    <FormModal
      title={twoFactor.title}
      hint={twoFactor.setUpHint}
      submit={twoFactor.next}
      refusal={wrongPassword}
      onClose={props.onClose}
      onSubmit={async (form) =>
        setMade(await client.account.twoFactor.setUp(textOf(form, 'password')))
      }
    >
      <PasswordField />
    </FormModal>
  )
}

interface ConfirmCodeProps extends SetUpTwoFactorProps {
  made: NewAuthenticator
}

function ConfirmCode({ made: { secret, uri }, onClose, onCodes }: ConfirmCodeProps) {
  const { twoFactor } = useAccountMessages()
  const { client } = useServices()
  const { succeed } = useToasts()
  const submit = async (form: FormData) => {
    const { backupCodes } = await client.account.twoFactor.confirm(textOf(form, 'code'))
    succeed(twoFactor.turnedOn)
    onCodes(backupCodes)
  }
  return (
    <FormModal
      title={twoFactor.title}
      hint={twoFactor.scan}
      submit={twoFactor.confirm}
      refusal={twoFactor.wrongCode}
      onClose={onClose}
      onSubmit={submit}
    >
      <Suspense fallback={<div className="mx-auto size-52" />}>
        <QrCode text={uri} label={twoFactor.qr} />
      </Suspense>
      <div>
        <p className="mb-1 text-sm text-muted">{twoFactor.secret}</p>
        <p className="flex items-start gap-1">
          <code className="min-w-0 font-mono text-sm break-all">
            {secret.replaceAll(/(.{4})(?=.)/g, '$1 ')}
          </code>
          <CopyButton text={secret} label={twoFactor.copySecret} />
        </p>
      </div>
      <CodeField autoFocus />
    </FormModal>
  )
}
