/** What surrounds every page behind the sign-in: navigation, account, palette, offline banner. */
import { Link, Outlet, useRouter } from '@tanstack/react-router'
import { Search, WifiOff } from 'lucide-react'
import { lazy, Suspense, useEffect, useState } from 'react'
import { useOnline, useSession } from '../lib/hooks.ts'
import { visiblePages, type PageEntry } from '../lib/pages.ts'
import { useShortcuts } from '../lib/shortcuts.ts'
import { useMessages } from '../messages/locale.tsx'
import { AccountMenu } from './account-menu.tsx'
import { ActingBanner } from './acting-banner.tsx'
import { Kbd, MOD } from './kbd.tsx'
import { Logo } from './logo.tsx'

const Palette = lazy(() => import('./palette.tsx'))

/** Leaves as soon as the session ends, whoever ended it, and remembers where to come back to. */
function useLeaveWhenSignedOut(isSignedIn: boolean) {
  const router = useRouter()
  useEffect(() => {
    // Read here, not subscribed to: leaving changes the address while this is still mounted.
    const from = router.state.location.href
    if (!isSignedIn) void router.navigate({ to: '/sign-in', search: { from }, replace: true })
  }, [isSignedIn, router])
}

export function Shell() {
  const session = useSession()
  const { common } = useMessages()
  const [isPaletteOpen, setPaletteOpen] = useState(false)
  const openPalette = () => setPaletteOpen(true)
  useShortcuts(openPalette)
  useLeaveWhenSignedOut(session !== null)
  const pages = visiblePages(session?.permissions ?? [])
  return (
    <div className="flex min-h-dvh flex-col md:flex-row">
      <a
        href="#content"
        className="sr-only z-50 rounded-sm bg-surface p-2 focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
      >
        {common.skipToContent}
      </a>
      <SideBar pages={pages} openPalette={openPalette} />
      <TopBar openPalette={openPalette} />
      <main
        id="content"
        tabIndex={-1}
        className="flex min-w-0 flex-1 flex-col outline-none max-md:pb-14"
      >
        <ActingBanner />
        <OfflineBanner />
        <Outlet />
      </main>
      <TabBar pages={pages} />
      {isPaletteOpen && (
        <Suspense>
          <Palette pages={pages} onClose={() => setPaletteOpen(false)} />
        </Suspense>
      )}
    </div>
  )
}

function OfflineBanner() {
  const { common } = useMessages()
  const isOnline = useOnline()
  return (
    <div role="status">
      {!isOnline && (
        <p className="flex items-center gap-2 border-b border-line bg-warn/10 px-5 py-2">
          <WifiOff size={16} aria-hidden className="shrink-0 text-warn" />
          {common.offline}
        </p>
      )}
    </div>
  )
}

interface BarProps {
  pages: readonly PageEntry[]
  openPalette: () => void
}

function SideBar({ pages, openPalette }: BarProps) {
  const { nav, palette } = useMessages()
  return (
    <header className="sticky top-0 hidden h-dvh w-56 shrink-0 flex-col border-r border-line bg-surface p-3 md:flex">
      <p className="mb-4 flex items-center gap-2 px-2 pt-1 font-semibold">
        <Logo /> VoiceAssist
      </p>
      <button
        type="button"
        onClick={openPalette}
        title={palette.open}
        className="mb-3 flex h-8 items-center gap-2 rounded-sm border border-line px-2 text-muted hover:bg-raised"
      >
        <Search size={16} aria-hidden />
        <span className="flex-1 text-left">{palette.short}</span>
        <span aria-hidden>
          <Kbd>{`${MOD} K`}</Kbd>
        </span>
      </button>
      <nav aria-label={nav.label} className="flex flex-1 flex-col gap-0.5">
        {pages.map(({ key, to, icon: Icon }) => (
          <Link
            key={key}
            to={to}
            className="flex h-8 items-center gap-2.5 rounded-sm px-2 text-muted hover:bg-raised hover:text-ink aria-[current=page]:bg-accent/10 aria-[current=page]:font-medium aria-[current=page]:text-accent"
          >
            <Icon size={16} aria-hidden />
            {nav[key]}
          </Link>
        ))}
      </nav>
      <AccountMenu place="side" />
    </header>
  )
}

function TopBar({ openPalette }: Pick<BarProps, 'openPalette'>) {
  const { palette } = useMessages()
  return (
    <header className="sticky top-0 z-20 flex h-12 items-center gap-2 border-b border-line bg-surface px-4 md:hidden">
      <Logo size={22} />
      <span className="flex-1 font-semibold">VoiceAssist</span>
      <button
        type="button"
        onClick={openPalette}
        aria-label={palette.open}
        className="grid size-9 place-items-center rounded-sm text-muted hover:bg-raised"
      >
        <Search size={18} aria-hidden />
      </button>
      <AccountMenu place="top" />
    </header>
  )
}

function TabBar({ pages }: Pick<BarProps, 'pages'>) {
  const { nav } = useMessages()
  return (
    <nav
      aria-label={nav.label}
      className="fixed inset-x-0 bottom-0 z-20 grid h-14 auto-cols-fr grid-flow-col border-t border-line bg-surface md:hidden"
    >
      {pages.map(({ key, to, icon: Icon }) => (
        <Link
          key={key}
          to={to}
          className="flex min-w-0 flex-col items-center justify-center gap-0.5 text-xs text-muted aria-[current=page]:font-medium aria-[current=page]:text-accent"
        >
          <Icon size={18} aria-hidden />
          <span className="max-w-full truncate">{nav[key]}</span>
        </Link>
      ))}
    </nav>
  )
}
