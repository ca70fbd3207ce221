/** Accounts elsewhere that open this one; nothing where no provider is offered. */
import { useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import type { LinkedAccountList, ProviderId } from '../../../identity/federation-schemas.ts'
import { useServices } from '../../lib/services.tsx'
import { useLinkedAccounts, useProviders, useRefreshWays } from '../../lib/sign-in-ways.ts'
import { useMessages } from '../../messages/locale.tsx'
import { Button } from '../../ui/button.tsx'
import { FederationNote } from '../../ui/federation-note.tsx'
import { FormModal } from '../../ui/form-modal.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Section } from '../../ui/section.tsx'
import { useToasts } from '../../ui/toasts.tsx'
import { ProofField, proofOf } from './ways-fields.tsx'

export function LinkedAccountsSection() {
  const { linked } = useMessages().ways
  const { error, provider } = useSearch({ from: '/shell/account' })
  const providers = useProviders().data?.items ?? []
  const query = useLinkedAccounts()
  if (providers.length === 0) return null
  return (
    <Section title={linked.title} hint={linked.hint}>
      <FederationNote failure={error} provider={provider} />
      <Loaded query={query} rows={providers.length}>
        {({ items }) => (
          <ul className="divide-y divide-line rounded-md border border-line bg-surface">
            {providers.map(({ id, name }) => (
              <ProviderRow
                key={id}
                id={id}
                name={name}
                account={items.find((one) => one.provider === id)}
              />
            ))}
          </ul>
        )}
      </Loaded>
    </Section>
  )
}

interface ProviderRowProps {
  id: ProviderId
  name: string
  account: LinkedAccountList['items'][number] | undefined
}

function ProviderRow({ id, name, account }: ProviderRowProps) {
  const { linked } = useMessages().ways
  const [isOpen, setOpen] = useState(false)
  const close = () => setOpen(false)
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1 px-3 py-2">
      <span className="min-w-0 flex-1">
        <span className="block truncate font-medium">{name}</span>
        <span className="block truncate text-sm text-muted">
          {account ? (account.label ?? account.provider) : linked.notLinked}
        </span>
      </span>
      <Button
        onClick={() => setOpen(true)}
        aria-label={account ? linked.unlinkOf(name) : linked.linkOf(name)}
      >
        {account ? linked.unlink : linked.link}
      </Button>
      {isOpen && account && <Unlink id={id} name={name} onClose={close} />}
      {isOpen && !account && <LinkAccount id={id} name={name} onClose={close} />}
    </li>
  )
}

interface QuestionProps {
  id: ProviderId
  name: string
  onClose: () => void
}

function LinkAccount({ id, name, onClose }: QuestionProps) {
  const { ways } = useMessages()
  const { linked } = ways
  const { client } = useServices()
  const submit = async (form: FormData) => {
    const { url } = await client.account.linkedAccounts.begin(id, proofOf(form))
    window.location.assign(url)
  }
  return (
    <FormModal
      title={linked.linkOf(name)}
      hint={linked.linkHint}
      submit={linked.link}
      refusal={ways.refused}
      onClose={onClose}
      onSubmit={submit}
    >
      <ProofField />
    </FormModal>
  )
}

function Unlink({ id, name, onClose }: QuestionProps) {
  const { ways } = useMessages()
  const { linked } = ways
  const { client } = useServices()
  const { succeed } = useToasts()
  const refresh = useRefreshWays()
  const submit = async (form: FormData) => {
    await client.account.linkedAccounts.remove(id, proofOf(form))
    onClose()
    succeed(linked.unlinked)
    await refresh.linked()
  }
  return (
    <FormModal
      title={linked.unlinkOf(name)}
      hint={linked.unlinkHint}
      submit={linked.unlink}
      look="danger"
      refusal={ways.refused}
      onClose={onClose}
      onSubmit={submit}
    >
      <ProofField />
    </FormModal>
  )
}
