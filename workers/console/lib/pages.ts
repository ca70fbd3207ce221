/** The pages of the navigation: where they are, what they need, and the letter after `g`. */
import {
  BookOpenText,
  CircleHelp,
  Flag,
  MessageSquareText,
  Mic,
  type LucideIcon,
} from 'lucide-react'
import type { Messages } from '../messages/en.ts'

type PageKey = Exclude<keyof Messages['nav'], 'label'>

export interface PageEntry {
  key: PageKey
  to: '/ask' | '/voice' | '/knowledge' | '/flags' | '/help'
  icon: LucideIcon
  letter: string
  /** What the role must include; null for pages that need no more than a session. */
  permission: string | null
}

export const PAGES: readonly PageEntry[] = [
  { key: 'ask', to: '/ask', icon: MessageSquareText, letter: 'a', permission: 'rag.query' },
  { key: 'voice', to: '/voice', icon: Mic, letter: 'v', permission: 'voice.start' },
  { key: 'knowledge', to: '/knowledge', icon: BookOpenText, letter: 'k', permission: 'kb.read' },
  { key: 'flags', to: '/flags', icon: Flag, letter: 'f', permission: 'flag.read' },
  { key: 'help', to: '/help', icon: CircleHelp, letter: 'h', permission: null },
]

export function visiblePages(permissions: readonly string[]): readonly PageEntry[] {
  return PAGES.filter(({ permission }) => permission === null || permissions.includes(permission))
}
