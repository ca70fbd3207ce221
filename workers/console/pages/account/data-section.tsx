/** Everything kept under the own id as a file, and the end of the account. */
import { useState } from 'react'
import { saveFile } from '../../lib/download.ts'
import { useSession } from '../../lib/hooks.ts'
import { useServices } from '../../lib/services.tsx'
import { useAccountMessages } from '../../messages/account.ts'
import { Button } from '../../ui/button.tsx'
import { ConfirmDelete } from '../../ui/confirm-delete.tsx'
import { Section } from '../../ui/section.tsx'
import { useToasts } from '../../ui/toasts.tsx'

export function DataSection() {
  const { data } = useAccountMessages()
  const { client } = useServices()
  const { fail } = useToasts()
  const [isDeleting, setDeleting] = useState(false)
  const exportAll = async () => {
    const account = await client.account.export()
    const text = `${JSON.stringify(account, null, 2)}\n`
    saveFile('voiceassist-account.json', new Blob([text], { type: 'application/json' }))
  }
  return (
    <Section title={data.title} hint={data.hint}>
      <div className="flex flex-wrap gap-2">
        <Button onClick={() => void exportAll().catch((error) => fail(data.exportFailed, error))}>
          {data.export}
        </Button>
        <Button onClick={() => setDeleting(true)} className="text-bad!">
          {data.delete}
        </Button>
      </div>
      {isDeleting && <DeleteAccount onClose={() => setDeleting(false)} />}
    </Section>
  )
}

function DeleteAccount({ onClose }: { onClose: () => void }) {
  const { data } = useAccountMessages()
  const { client, session } = useServices()
  const email = useSession()?.user.email ?? ''
  return (
    <ConfirmDelete
      title={data.deleteTitle}
      hint={data.deleteHint}
      name={email}
      label={data.typeEmail(email)}
      action={data.delete}
      onClose={onClose}
      onConfirm={async () => {
        await client.account.delete(email)
        session.forget()
      }}
    />
  )
}
