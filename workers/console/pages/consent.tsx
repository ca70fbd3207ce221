/** Whether an application gets in: what it wants, of which tenant, and the user's yes or no. */
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { ConsentQuestion } from '../../identity/oauth-schemas.ts'
import { decideConsent, requestInAddress, viewConsent } from '../lib/consent.ts'
import { useServices } from '../lib/services.tsx'
import { useMessages } from '../messages/locale.tsx'
import { Button } from '../ui/button.tsx'
import { Door } from '../ui/door.tsx'
import { ErrorNote } from '../ui/error-note.tsx'
import { PagePending } from '../ui/page-states.tsx'

export function ConsentPage() {
  const { consent } = useMessages()
  const { session } = useServices()
  const [request] = useState(requestInAddress)
  const { data, error, isPending } = useQuery({
    queryKey: ['consent', request],
    queryFn: () => viewConsent(session, request),
  })
  if (isPending) return <PagePending />
  return (
    <Door title={data ? consent.title(data.client.name) : consent.invalidTitle}>
      {data ? <Question request={request} asked={data} /> : <ErrorNote error={error} />}
    </Door>
  )
}

interface QuestionProps {
  request: Record<string, string>
  asked: ConsentQuestion
}

function Question({ request, asked }: QuestionProps) {
  const { consent } = useMessages()
  const { session } = useServices()
  const { mutate, error, isPending, isSuccess } = useMutation({
    mutationFn: (allow: boolean) => decideConsent(session, request, allow),
    onSuccess: (address) => window.location.assign(address),
  })
  const isBusy = isPending || isSuccess
  return (
    <>
      <p className="text-pretty break-words">
        {consent.text(asked.client.name, asked.tenant.name)}
      </p>
      <ul className="list-disc space-y-1 pl-5">
        {asked.scopes.map((scope) => (
          <li key={scope}>{consent.scopes[scope] ?? <code className="font-mono">{scope}</code>}</li>
        ))}
      </ul>
      <p className="text-sm break-all text-muted">{consent.goesTo(placeOf(asked.redirectUri))}</p>
      {error !== null && <ErrorNote error={error} />}
      <Button look="primary" disabled={isBusy} onClick={() => mutate(true)} className="h-9 w-full">
        {consent.allow}
      </Button>
      <Button disabled={isBusy} onClick={() => mutate(false)} className="h-9 w-full">
        {consent.deny}
      </Button>
    </>
  )
}

/** What tells a user whose application it is: the host, or a native application's scheme. */
function placeOf(redirectUri: string): string {
  const { host, protocol } = new URL(redirectUri)
  return host || protocol
}
