/** A key as it is used, which no later answer has. */
import { useMessages } from '../../messages/locale.tsx'
import { SecretOnce } from '../../ui/secret-once.tsx'

export function KeySecret({ secret, onClose }: { secret: string; onClose: () => void }) {
  const { secretTitle, secretHint } = useMessages().keys
  return <SecretOnce title={secretTitle} hint={secretHint} text={secret} onClose={onClose} />
}
