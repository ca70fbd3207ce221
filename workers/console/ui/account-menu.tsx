/**
 * Who is signed in, and the preferences of this browser, in a native popover: Esc and a click
 * outside close it, radio buttons bring their own arrow keys.
 */
import { Link } from '@tanstack/react-router'
import { ChevronsUpDown, LogOut, UserRound } from 'lucide-react'
import { useId, useRef, useState } from 'react'
import { useSession } from '../lib/hooks.ts'
import { roleNameOf } from '../lib/role-name.ts'
import { useServices } from '../lib/services.tsx'
import { chooseTheme, readTheme, THEMES } from '../lib/theme.ts'
import { isLocale, LOCALES, useLocale, useMessages } from '../messages/locale.tsx'
import { Button, buttonClass } from './button.tsx'
import { useToasts } from './toasts.tsx'

/** Where it opens: above its button in the side bar, below it in the top bar. */
const PLACES = {
  side: 'top-auto right-auto bottom-16 left-3',
  top: 'top-13 right-3 bottom-auto left-auto',
} as const

type Place = keyof typeof PLACES

export function AccountMenu({ place }: { place: Place }) {
  const messages = useMessages()
  const { account } = messages
  const session = useSession()
  const id = useId()
  const menu = useRef<HTMLDivElement>(null)
  if (!session) return null
  const { user, tenant } = session
  const name = user.name || user.email
  return (
    <>
      <button
        type="button"
        popoverTarget={id}
        aria-haspopup="dialog"
        className={`flex items-center gap-2 rounded-sm hover:bg-raised ${place === 'top' ? 'p-1' : 'w-full p-2 text-left'}`}
      >
        <span
          aria-hidden
          className="grid size-7 shrink-0 place-items-center rounded-full bg-accent/15 text-sm font-semibold text-accent"
        >
          {name.slice(0, 1).toUpperCase()}
        </span>
        <span className="sr-only">{account.open}</span>
        {place === 'side' && (
          <>
            <span className="min-w-0 flex-1 leading-tight">
              <span className="block truncate font-medium">{name}</span>
              <span className="block truncate text-xs text-muted">{tenant?.name}</span>
            </span>
            <ChevronsUpDown size={14} aria-hidden className="text-muted" />
          </>
        )}
      </button>
      <div
        ref={menu}
        id={id}
        popover="auto"
        role="dialog"
        aria-label={account.open}
        className={`fixed m-0 w-56 rounded-md border border-line bg-surface p-3 text-ink shadow-overlay ${PLACES[place]}`}
      >
        <p className="truncate font-medium">{user.email}</p>
        <p className="truncate text-xs text-muted">{tenant?.name}</p>
        <p className="mb-3 text-xs text-muted">{roleNameOf(session.role, messages)}</p>
        <Link
          to="/account"
          onClick={() => menu.current?.hidePopover()}
          className={`${buttonClass()} mb-3 w-full`}
        >
          <UserRound size={14} aria-hidden /> {account.manage}
        </Link>
        <Preferences />
        <SignOut />
      </div>
    </>
  )
}

function Preferences() {
  const { messages, choose } = useLocale()
  const [theme, setTheme] = useState(readTheme)
  const { account } = messages
  const select = (value: string) => {
    const next = THEMES.find((known) => known === value)
    if (!next) return
    chooseTheme(next)
    setTheme(next)
  }
  const speak = (value: string) => {
    if (isLocale(value)) choose(value)
  }
  const themes = THEMES.map((value) => ({ value, name: account[value] }))
  const locales = Object.entries(LOCALES).map(([value, name]) => ({ value, name, lang: value }))
  return (
    <>
      <Choices title={account.theme} chosen={theme} options={themes} onChoose={select} />
      <Choices
        title={account.language}
        chosen={messages.locale}
        options={locales}
        onChoose={speak}
      />
    </>
  )
}

interface ChoicesProps {
  title: string
  chosen: string
  options: readonly { value: string; name: string; lang?: string }[]
  onChoose: (value: string) => void
}

function Choices({ title, chosen, options, onChoose }: ChoicesProps) {
  const group = useId()
  return (
    <fieldset className="mb-3">
      <legend className="mb-1 text-xs text-muted">{title}</legend>
      {options.map(({ value, name, lang }) => (
        <label key={value} className="flex h-7 items-center gap-2 rounded-sm hover:bg-raised">
          <input
            type="radio"
            name={group}
            checked={value === chosen}
            onChange={() => onChoose(value)}
            className="size-4 accent-accent"
          />
          <span lang={lang}>{name}</span>
        </label>
      ))}
    </fieldset>
  )
}

function SignOut() {
  const { account } = useMessages()
  const { session } = useServices()
  const { fail } = useToasts()
  const leave = () => void session.signOut().catch((error) => fail(account.signOut, error))
  return (
    <Button onClick={leave} className="w-full">
      <LogOut size={14} aria-hidden /> {account.signOut}
    </Button>
  )
}
