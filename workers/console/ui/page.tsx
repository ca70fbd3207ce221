/** The frame of a page: its name, one sentence, and its one primary action at the top right. */
import { useEffect, type ReactNode } from 'react'

interface PageProps {
  title: string
  subtitle: string
  action?: ReactNode
  /** As wide as a text reads well, for pages that are read rather than scanned. */
  isNarrow?: boolean
  children: ReactNode
}

export function useTitle(title: string) {
  useEffect(() => {
    document.title = `${title} · VoiceAssist`
  }, [title])
}

export function Page({ title, subtitle, action, isNarrow = false, children }: PageProps) {
  useTitle(title)
  const width = isNarrow ? 'max-w-3xl' : 'max-w-5xl'
  return (
    <div className={`mx-auto flex w-full ${width} flex-1 flex-col px-5 pt-5 pb-8`}>
      <header className="mb-5 flex items-start justify-between gap-4">
        <div className="min-w-0">
          <h1 className="text-lg font-semibold">{title}</h1>
          <p className="text-pretty text-muted">{subtitle}</p>
        </div>
        {action}
      </header>
      {children}
    </div>
  )
}

interface EmptyProps {
  icon: ReactNode
  title: string
  hint?: string
  /** The whole page is this, so its sentence is the page's heading. */
  isPage?: boolean
  children?: ReactNode
}

/** Nothing here yet: one sentence, one hint, one way on. */
export function Empty({ icon, title, hint, isPage = false, children }: EmptyProps) {
  const Title = isPage ? 'h1' : 'p'
  return (
    <div className="flex flex-1 flex-col items-center justify-center gap-2 px-4 py-16 text-center">
      <span aria-hidden className="mb-1 text-control">
        {icon}
      </span>
      <Title className="text-md font-medium">{title}</Title>
      {hint && <p className="max-w-[48ch] text-pretty text-muted">{hint}</p>}
      {children && <div className="mt-3">{children}</div>}
    </div>
  )
}
