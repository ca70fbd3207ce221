/** Finds an account by its address, which stays in the page's own. */
import { useNavigate, useSearch } from '@tanstack/react-router'
import { Search } from 'lucide-react'
import { useAccount } from '../../lib/platform-queries.ts'
import { textOf } from '../../lib/submit.ts'
import { usePlatformMessages } from '../../messages/platform.ts'
import { Button } from '../../ui/button.tsx'
import { TextField } from '../../ui/field.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Section } from '../../ui/section.tsx'
import { AccountCard } from './account-card.tsx'

export function FindAccount() {
  const { accounts } = usePlatformMessages()
  const { email = '' } = useSearch({ from: '/shell/platform' })
  const navigate = useNavigate({ from: '/platform' })
  const find = (form: FormData) => {
    const wanted = textOf(form, 'email').trim()
    void navigate({ search: wanted === '' ? {} : { email: wanted }, replace: true })
  }
  return (
    <Section title={accounts.title} hint={accounts.hint}>
      <form
        role="search"
        onSubmit={(event) => {
          event.preventDefault()
          find(new FormData(event.currentTarget))
        }}
        className="flex flex-wrap items-end gap-2"
      >
        <TextField
          key={email}
          data-filter
          label={accounts.email}
          name="email"
          type="email"
          defaultValue={email}
          maxLength={254}
          autoComplete="off"
          spellCheck={false}
          className="min-w-0 flex-1 basis-60"
        />
        <Button type="submit" className="h-9!">
          <Search size={16} aria-hidden /> {accounts.find}
        </Button>
      </form>
      {email !== '' && <Found key={email} email={email} />}
    </Section>
  )
}

function Found({ email }: { email: string }) {
  const { accounts } = usePlatformMessages()
  const query = useAccount(email)
  return (
    <Loaded query={query} rows={3}>
      {(account) =>
        account ? (
          <AccountCard account={account} />
        ) : (
          <p role="status" className="break-words text-muted">
            {accounts.none(email)}
          </p>
        )
      }
    </Loaded>
  )
}
