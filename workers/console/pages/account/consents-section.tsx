/** Applications one let act for oneself, in whatever organization; nothing where there can be none. */
import type { ConsentList } from '../../../identity/oauth-schemas.ts'
import { isOff, useConsents, useWithdrawConsent } from '../../lib/application-queries.ts'
import { useApplicationMessages } from '../../messages/applications.ts'
import { useMessages } from '../../messages/locale.tsx'
import { Button } from '../../ui/button.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Section } from '../../ui/section.tsx'
import { When } from '../../ui/when.tsx'

export function ConsentsSection() {
  const { consents } = useApplicationMessages()
  const query = useConsents()
  if (isOff(query.error)) return null
  return (
    <Section title={consents.title} hint={consents.hint}>
      <Loaded query={query} rows={1}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="text-muted">{consents.none}</p>
          ) : (
            <ul className="divide-y divide-line rounded-md border border-line bg-surface">
              {items.map((consent) => (
                <ConsentRow key={`${consent.tenant.id} ${consent.client.id}`} consent={consent} />
              ))}
            </ul>
          )
        }
      </Loaded>
    </Section>
  )
}

function ConsentRow({ consent }: { consent: ConsentList['items'][number] }) {
  const messages = useMessages()
  const { consents } = useApplicationMessages()
  const withdraw = useWithdrawConsent()
  const { client, tenant, scopes, createdAt } = consent
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1 px-3 py-2">
      <span className="min-w-0 flex-1">
        <span className="block truncate font-medium">{client.name}</span>
        <span className="block text-sm text-muted">
          {tenant.name}
          {' · '}
          {consents.since} <When iso={createdAt} />
        </span>
        <span className="block text-sm text-pretty text-muted">
          {scopes.map((scope) => messages.consent.scopes[scope] ?? scope).join(', ')}
        </span>
      </span>
      <Button onClick={() => void withdraw(client)} aria-label={consents.withdrawOf(client.name)}>
        {consents.withdraw}
      </Button>
    </li>
  )
}
