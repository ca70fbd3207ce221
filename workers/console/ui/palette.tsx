/** Mod+K: every page, the actions worth a shortcut, and the documents already loaded. */
import { Autocomplete } from '@base-ui/react/autocomplete'
import { useNavigate } from '@tanstack/react-router'
import {
  FileText,
  FilePlus2,
  LogOut,
  MessageSquarePlus,
  Plus,
  SunMoon,
  UserPlus,
  type LucideIcon,
} from 'lucide-react'
import { useEffect, useRef, type MouseEvent } from 'react'
import { cachedDocuments } from '../lib/document-cache.ts'
import type { PageEntry } from '../lib/pages.ts'
import { useServices } from '../lib/services.tsx'
import { chooseTheme, THEMES } from '../lib/theme.ts'
import { useMessages } from '../messages/locale.tsx'
import { Kbd } from './kbd.tsx'

interface Command {
  label: string
  /** Base UI matches what is typed against this. */
  value: string
  icon: LucideIcon
  keys?: string
  run: () => void
}

interface CommandGroup {
  value: string
  items: Command[]
}

interface PaletteProps {
  pages: readonly PageEntry[]
  onClose: () => void
}

function useCommands(pages: readonly PageEntry[]): CommandGroup[] {
  const { nav, palette, account } = useMessages()
  const { queries, chat, session } = useServices()
  const navigate = useNavigate()
  const command = (label: string, icon: LucideIcon, run: () => void, keys?: string): Command => ({
    label,
    value: label,
    icon,
    run,
    ...(keys ? { keys } : {}),
  })
  const places = pages.map(({ key, to, icon, letter }) =>
    command(nav[key], icon, () => void navigate({ to }), `g ${letter}`),
  )
  const has = (key: PageEntry['key']) => pages.some((page) => page.key === key)
  const newConversation = () => {
    chat.clear()
    void navigate({ to: '/assistant' })
  }
  const actions = [
    has('assistant') && command(palette.newConversation, MessageSquarePlus, newConversation),
    has('knowledge') &&
      command(
        palette.upload,
        FilePlus2,
        () => void navigate({ to: '/knowledge', search: { add: true } }),
      ),
    has('flags') &&
      command(
        palette.newFlag,
        Plus,
        () => void navigate({ to: '/flags', search: { create: true } }),
      ),
    has('members') &&
      command(
        palette.invite,
        UserPlus,
        () => void navigate({ to: '/members', search: { invite: true } }),
      ),
    ...THEMES.map((theme) =>
      command(palette.themeOf(account[theme]), SunMoon, () => chooseTheme(theme)),
    ),
    command(account.signOut, LogOut, () => void session.signOut()),
  ].filter((action) => action !== false)
  const documents = cachedDocuments(queries).map(({ id, title }) =>
    command(title, FileText, () => void navigate({ to: '/knowledge', search: { doc: id } })),
  )
  const groups = [
    { value: palette.pages, items: places },
    { value: palette.actions, items: actions },
    { value: palette.documents, items: documents },
  ]
  return groups.filter(({ items }) => items.length > 0)
}

export default function Palette({ pages, onClose }: PaletteProps) {
  const { palette } = useMessages()
  const ref = useRef<HTMLDialogElement>(null)
  const groups = useCommands(pages)
  useEffect(() => ref.current?.showModal(), [])
  const closeOutside = (event: MouseEvent) => {
    if (event.target === ref.current) onClose()
  }
  const run = (command: Command) => {
    onClose()
    command.run()
  }
  return (
    <dialog
      ref={ref}
      aria-label={palette.open}
      onClose={onClose}
      onMouseDown={closeOutside}
      className="mx-auto mt-[12dvh] w-[min(36rem,calc(100vw-2rem))] overflow-hidden rounded-lg border border-line bg-surface p-0 text-ink shadow-overlay"
    >
      <Autocomplete.Root open inline items={groups} autoHighlight="always" keepHighlight>
        <Autocomplete.Input
          aria-label={palette.open}
          placeholder={palette.placeholder}
          className="h-12 w-full border-b border-line bg-transparent px-4 text-md outline-none placeholder:text-muted"
        />
        <Autocomplete.Empty>
          <div className="px-4 py-8 text-center text-muted empty:hidden">{palette.empty}</div>
        </Autocomplete.Empty>
        <Autocomplete.List className="max-h-[min(24rem,60dvh)] overflow-y-auto p-2 empty:hidden">
          {(group: CommandGroup) => (
            <Autocomplete.Group key={group.value} items={group.items} className="not-last:mb-1">
              <Autocomplete.GroupLabel className="px-2 py-1 text-xs text-muted">
                {group.value}
              </Autocomplete.GroupLabel>
              <Autocomplete.Collection>
                {(item: Command) => <Row key={item.label} command={item} onRun={run} />}
              </Autocomplete.Collection>
            </Autocomplete.Group>
          )}
        </Autocomplete.List>
      </Autocomplete.Root>
    </dialog>
  )
}

function Row({ command, onRun }: { command: Command; onRun: (command: Command) => void }) {
  const { icon: Icon, label, keys } = command
  return (
    <Autocomplete.Item
      value={command}
      onClick={() => onRun(command)}
      className="flex h-9 items-center gap-3 rounded-sm px-2 select-none data-highlighted:bg-accent/12"
    >
      <Icon size={16} aria-hidden className="shrink-0 text-muted" />
      <span className="min-w-0 flex-1 truncate">{label}</span>
      {keys?.split(' ').map((key) => (
        <Kbd key={key}>{key}</Kbd>
      ))}
    </Autocomplete.Item>
  )
}
