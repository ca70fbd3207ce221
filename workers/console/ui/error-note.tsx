/** A failure where it happened: what it is, its request id to copy, and the way on. */
import { CircleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { errorText, requestIdOf } from '../lib/error-text.ts'
import { useMessages } from '../messages/locale.tsx'
import { Button } from './button.tsx'
import { CopyButton } from './copy-button.tsx'

export function RequestId({ id }: { id: string }) {
  const { common } = useMessages()
  return (
    <p className="flex min-w-0 items-center gap-1 text-xs text-muted">
      <span className="shrink-0">{common.requestId}</span>
      <code className="min-w-0 truncate font-mono">{id}</code>
      <CopyButton text={id} label={common.copyRequestId} />
    </p>
  )
}

interface ErrorNoteProps {
  error: unknown
  /** Said instead of the error's own words. */
  text?: string
  onRetry?: () => void
  children?: ReactNode
}

export function ErrorNote({ error, text, onRetry, children }: ErrorNoteProps) {
  const messages = useMessages()
  const requestId = requestIdOf(error)
  return (
    <div role="alert" className="flex gap-3 rounded-md border border-bad/50 bg-bad/8 p-3">
      <CircleAlert size={18} className="mt-0.5 shrink-0 text-bad" aria-hidden />
      <div className="min-w-0 flex-1 space-y-1">
        <p className="text-pretty break-words">{text ?? errorText(error, messages)}</p>
        {requestId && <RequestId id={requestId} />}
        {children}
      </div>
      {onRetry && <Button onClick={onRetry}>{messages.common.tryAgain}</Button>}
    </div>
  )
}
