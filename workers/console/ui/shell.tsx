/** What surrounds every page behind the sign-in: navigation, account, palette, offline banner. */
import { Link, Outlet, useLocation, useRouter } from '@tanstack/react-router'
import { Ellipsis, Search, WifiOff } from 'lucide-react'
import { lazy, Suspense, useEffect, useId, useRef, useState } from 'react'
import { useOnline, useSession } from '../lib/hooks.ts'
import { pageAt, visiblePages, type PageEntry } from '../lib/pages.ts'
import { useShortcuts } from '../lib/shortcuts.ts'
import { useMessages } from '../messages/locale.tsx'
import { AccountMenu } from './account-menu.tsx'
import { ActingBanner } from './acting-banner.tsx'
import { Kbd, MOD } from './kbd.tsx'
import { Logo } from './logo.tsx'
import { PageForbidden } from './page-states.tsx'

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
        <CurrentPage pages={pages} />
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

/** Whether its role lets somebody see a page is asked here, once for all pages. */
function CurrentPage({ pages }: Pick<BarProps, 'pages'>) {
  const current = pageAt(useLocation().pathname)
  const lacks = current?.permission && !pages.includes(current) ? current.permission : null
  return lacks === null ? <Outlet /> : <PageForbidden permission={lacks} />
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
      <nav aria-label={nav.label} className="flex min-h-0 flex-1 flex-col gap-0.5 overflow-y-auto">
        <SideLinks pages={pages} area="work" />
        <SideLinks pages={pages} area="manage" title={nav.manage} />
        <SideLinks pages={pages} area="deployment" title={nav.deployment} />
        <div className="mt-auto pt-2">
          <SideLinks pages={pages} area="help" />
        </div>
      </nav>
      <AccountMenu place="side" />
    </header>
  )
}

interface SideLinksProps extends Pick<BarProps, 'pages'> {
  area: PageEntry['area']
  title?: string
}

function SideLinks({ pages, area, title }: SideLinksProps) {
  const { nav } = useMessages()
  const shown = pages.filter((page) => page.area === area)
  if (shown.length === 0) return null
  return (
    <>
      {title && <p className="px-2 pt-4 pb-1 text-xs text-muted">{title}</p>}
      {shown.map(({ key, to, icon: Icon }) => (
        <Link
          key={key}
          to={to}
          className="flex h-8 shrink-0 items-center gap-2.5 rounded-sm px-2 text-muted hover:bg-raised hover:text-ink aria-[current=page]:bg-accent/10 aria-[current=page]:font-medium aria-[current=page]:text-accent"
        >
          <Icon size={16} aria-hidden />
          {nav[key]}
        </Link>
      ))}
    </>
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

const TAB =
  'flex min-w-0 flex-col items-center justify-center gap-0.5 text-xs text-muted aria-[current=page]:font-medium aria-[current=page]:text-accent'

/** Beside the one that leads to the rest: what a thumb can tell apart on a phone. */
const TABS = 5

function TabBar({ pages }: Pick<BarProps, 'pages'>) {
  const { nav } = useMessages()
  const tabs = pages.filter(({ area }) => area === 'work').slice(0, TABS)
  const rest = pages.filter((page) => page.area !== 'own' && !tabs.includes(page))
  return (
    <nav
      aria-label={nav.label}
      className="fixed inset-x-0 bottom-0 z-20 grid h-14 auto-cols-fr grid-flow-col border-t border-line bg-surface md:hidden"
    >
      {tabs.map(({ key, to, icon: Icon }) => (
        <Link key={key} to={to} className={TAB}>
          <Icon size={18} aria-hidden />
          <span className="max-w-full truncate">{nav[key]}</span>
        </Link>
      ))}
      <MoreTab pages={rest} />
    </nav>
  )
}

/** The pages a thumb's bar has no room for, in a popover above it. */
function MoreTab({ pages }: Pick<BarProps, 'pages'>) {
  const { nav } = useMessages()
  const id = useId()
  const menu = useRef<HTMLDivElement>(null)
  const current = pageAt(useLocation().pathname)
  const isHere = current !== undefined && pages.includes(current)
  return (
    <>
      <button
        type="button"
        popoverTarget={id}
        className={`${TAB} ${isHere ? 'font-medium text-accent!' : ''}`}
      >
        <Ellipsis size={18} aria-hidden />
        <span>{nav.more}</span>
      </button>
      <div
        ref={menu}
        id={id}
        popover="auto"
        className="fixed inset-auto right-2 bottom-16 m-0 max-h-[70dvh] w-52 overflow-y-auto rounded-md border border-line bg-surface p-1.5 text-ink shadow-overlay"
      >
        {pages.map(({ key, to, icon: Icon }) => (
          <Link
            key={key}
            to={to}
            onClick={() => menu.current?.hidePopover()}
            className="flex h-10 items-center gap-3 rounded-sm px-2 hover:bg-raised aria-[current=page]:font-medium aria-[current=page]:text-accent"
          >
            <Icon size={18} aria-hidden className="text-muted" />
            {nav[key]}
          </Link>
        ))}
      </div>
    </>
  )
}
