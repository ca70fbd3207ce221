/** Proves an address with the link of a mail; by a press, for mail scanners open links by themselves. */
import { verifyEmail } from '../lib/mail-links.ts'
import { useMessages } from '../messages/locale.tsx'
import { LinkDoor } from '../ui/link-door.tsx'

export function VerifyEmailPage() {
  const { recovery } = useMessages()
  return (
    <LinkDoor
      title={recovery.verifyTitle}
      submit={recovery.verifySubmit}
      done={recovery.verifyDone}
      onUse={verifyEmail}
    >
      <p className="text-pretty">{recovery.verifyHint}</p>
    </LinkDoor>
  )
}
