/** Sets a new password with the link of a mail. It opens no session: a second factor is not skipped. */
import { resetPassword } from '../lib/mail-links.ts'
import { textOf } from '../lib/submit.ts'
import { useMessages } from '../messages/locale.tsx'
import { NewPasswordField } from '../ui/field.tsx'
import { LinkDoor } from '../ui/link-door.tsx'

export function ResetPasswordPage() {
  const { recovery } = useMessages()
  return (
    <LinkDoor
      title={recovery.resetTitle}
      submit={recovery.resetSubmit}
      done={recovery.resetDone}
      onUse={(token, form) => resetPassword(token, textOf(form, 'password'))}
    >
      <NewPasswordField label={recovery.newPassword} hint={recovery.passwordHint} autoFocus />
    </LinkDoor>
  )
}
