/** The frame of pages without a session: a title, one card, the choice of language. */
import type { ReactNode } from 'react'
import { LOCALES, useLocale } from '../messages/locale.tsx'
import { Logo } from './logo.tsx'
import { useTitle } from './page.tsx'

interface DoorProps {
  title: string
  children: ReactNode
  /** Under the card. */
  footer?: ReactNode
}

export function Door({ title, children, footer }: DoorProps) {
  useTitle(title)
  return (
    <main className="flex min-h-dvh items-center justify-center p-4">
      <div className="w-full max-w-sm min-w-0">
        <div className="mb-5 flex flex-col items-center gap-3">
          <Logo size={44} />
          <h1 className="text-center text-lg font-semibold text-balance">{title}</h1>
        </div>
        <div className="space-y-4 rounded-lg border border-line bg-surface p-5">{children}</div>
        {footer && <div className="mt-4 text-center text-sm text-pretty text-muted">{footer}</div>}
        <LanguagePicker />
      </div>
    </main>
  )
}

function LanguagePicker() {
  const { messages, choose } = useLocale()
  return (
    <div
      role="group"
      aria-label={messages.account.language}
      className="mt-3 flex justify-center gap-1"
    >
      {(['en', 'ru'] as const).map((locale) => (
        <button
          key={locale}
          type="button"
          lang={locale}
          aria-pressed={messages.locale === locale}
          onClick={() => choose(locale)}
          className="h-7 rounded-sm px-2 text-sm text-muted hover:bg-raised aria-pressed:font-medium aria-pressed:text-ink"
        >
          {LOCALES[locale]}
        </button>
      ))}
    </div>
  )
}
