/** Who is signed in, and the preferences of this browser: theme, language, sign out. */
import { Menu } from '@base-ui/react/menu'
import { Check, ChevronsUpDown, LogOut } from 'lucide-react'
import { useState, type ReactNode } from 'react'
import { useSession } from '../lib/hooks.ts'
import { useServices } from '../lib/services.tsx'
import { chooseTheme, readTheme, THEMES } from '../lib/theme.ts'
import { LOCALES, useLocale } from '../messages/locale.tsx'
import { useToasts } from './toasts.tsx'

const row =
  'flex h-8 items-center gap-2 rounded-sm px-2 outline-none data-highlighted:bg-raised select-none'

function Choice({ value, children }: { value: string; children: ReactNode }) {
  return (
    <Menu.RadioItem value={value} className={`${row} pl-7`} closeOnClick={false}>
      <Menu.RadioItemIndicator className="absolute left-3">
        <Check size={14} className="text-accent" />
      </Menu.RadioItemIndicator>
      {children}
    </Menu.RadioItem>
  )
}

const groupLabel = 'px-2 pt-2 pb-1 text-xs text-muted'

function Preferences() {
  const { messages, choose } = useLocale()
  const [theme, setTheme] = useState(readTheme)
  const { account } = messages
  const select = (value: unknown) => {
    const next = THEMES.find((known) => known === value)
    if (!next) return
    chooseTheme(next)
    setTheme(next)
  }
  const speak = (value: unknown) => {
    if (value === 'en' || value === 'ru') choose(value)
  }
  return (
    <>
      <Menu.RadioGroup value={theme} onValueChange={select}>
        <Menu.Group>
          <Menu.GroupLabel className={groupLabel}>{account.theme}</Menu.GroupLabel>
          {THEMES.map((value) => (
            <Choice key={value} value={value}>
              {account[value]}
            </Choice>
          ))}
        </Menu.Group>
      </Menu.RadioGroup>
      <Menu.RadioGroup value={messages.locale} onValueChange={speak}>
        <Menu.Group>
          <Menu.GroupLabel className={groupLabel}>{account.language}</Menu.GroupLabel>
          {Object.entries(LOCALES).map(([value, name]) => (
            <Choice key={value} value={value}>
              <span lang={value}>{name}</span>
            </Choice>
          ))}
        </Menu.Group>
      </Menu.RadioGroup>
    </>
  )
}

export function AccountMenu({ compact = false }: { compact?: boolean }) {
  const { messages } = useLocale()
  const { session: store } = useServices()
  const { fail } = useToasts()
  const session = useSession()
  if (!session) return null
  const { user, tenant, role } = session
  const initial = (user.name || user.email).slice(0, 1).toUpperCase()
  const signOut = () => void store.signOut().catch((error) => fail(messages.account.signOut, error))
  return (
    <Menu.Root>
      <Menu.Trigger
        aria-label={messages.account.open}
        className={`flex items-center gap-2 rounded-sm hover:bg-raised ${compact ? 'p-1' : 'w-full p-2 text-left'}`}
      >
        <span
          aria-hidden
          className="grid size-7 shrink-0 place-items-center rounded-full bg-accent/15 text-sm font-semibold text-accent"
        >
          {initial}
        </span>
        {!compact && (
          <>
            <span className="min-w-0 flex-1 leading-tight">
              <span className="block truncate font-medium">{user.name || user.email}</span>
              <span className="block truncate text-xs text-muted">{tenant.name}</span>
            </span>
            <ChevronsUpDown size={14} aria-hidden className="text-muted" />
          </>
        )}
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner sideOffset={6} align="start" className="z-40 outline-none">
          <Menu.Popup className="w-56 rounded-md border border-line bg-surface p-1 shadow-overlay outline-none">
            <div className="border-b border-line px-2 pt-1 pb-2">
              <p className="truncate">{user.email}</p>
              <p className="text-xs text-muted">{messages.account.roles[role]}</p>
            </div>
            <Preferences />
            <Menu.Separator className="my-1 h-px bg-line" />
            <Menu.Item className={row} onClick={signOut}>
              <LogOut size={14} aria-hidden /> {messages.account.signOut}
            </Menu.Item>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  )
}
