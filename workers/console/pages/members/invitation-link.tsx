/** The link of an invitation, which no later answer has. */
import { useMessages } from '../../messages/locale.tsx'
import { SecretOnce } from '../../ui/secret-once.tsx'

export function InvitationLink({ link, onClose }: { link: string; onClose: () => void }) {
  const { linkTitle, linkHint } = useMessages().members.invitations
  return <SecretOnce title={linkTitle} hint={linkHint} text={link} onClose={onClose} />
}
