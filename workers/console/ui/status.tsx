/** A state as a dot and a word: never colour alone. */
import type { ReactNode } from 'react'

const TONES = {
  good: 'bg-good text-good',
  warn: 'bg-warn text-warn',
  bad: 'bg-bad text-bad',
  busy: 'bg-accent text-accent',
  idle: 'bg-control text-muted',
} as const

export type Tone = keyof typeof TONES

export function Status({ tone, children }: { tone: Tone; children: ReactNode }) {
  const [dot, word] = TONES[tone].split(' ')
  const pulse = tone === 'busy' ? 'animate-[breathe_0.9s_ease-in-out_infinite_alternate]' : ''
  return (
    <span className="inline-flex items-center gap-2 whitespace-nowrap">
      <span aria-hidden className={`size-2 shrink-0 rounded-full ${dot} ${pulse}`} />
      <span className={word}>{children}</span>
    </span>
  )
}
