/** The keyboard of the whole console. Keys with a letter are off while someone types. */
import { useNavigate } from '@tanstack/react-router'
import { useRef } from 'react'
import { useWindowEvent } from './hooks.ts'
import { PAGES } from './pages.ts'

/** How long `g` waits for its letter. */
const CHORD_MS = 1_200

/** By place on the keyboard, so that a Russian layout reaches the same pages. */
const placeOf = (letter: string) => `Key${letter.toUpperCase()}`

const isTyping = ({ target }: KeyboardEvent) =>
  target instanceof HTMLElement &&
  (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))

const isPlain = (event: KeyboardEvent) =>
  !event.metaKey && !event.ctrlKey && !event.altKey && !isTyping(event)

const isPaletteKey = ({ metaKey, ctrlKey, code }: KeyboardEvent) =>
  (metaKey || ctrlKey) && code === 'KeyK'

export function useShortcuts(openPalette: () => void) {
  const navigate = useNavigate()
  const chordAt = useRef(-Infinity)

  const followChord = ({ code, timeStamp }: KeyboardEvent) => {
    const inChord = timeStamp - chordAt.current < CHORD_MS
    chordAt.current = code === placeOf('g') ? timeStamp : -Infinity
    const page = PAGES.find(({ letter }) => code === placeOf(letter))
    if (inChord && page) void navigate({ to: page.to })
  }

  useWindowEvent('keydown', (event) => {
    if (document.querySelector('dialog[open]')) return
    if (isPaletteKey(event)) {
      event.preventDefault()
      openPalette()
    } else if (isPlain(event)) {
      if (event.key === '/') focusFilter(event)
      else if (event.key === '?') void navigate({ to: '/help' })
      else followChord(event)
    }
  })
}

function focusFilter(event: KeyboardEvent) {
  const filter = document.querySelector<HTMLInputElement>('[data-filter]')
  if (!filter) return
  event.preventDefault()
  filter.focus()
}
