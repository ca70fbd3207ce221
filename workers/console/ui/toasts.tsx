/** Short news in a corner. Good news leaves by itself; failures stay until they are dismissed. */
import { CircleAlert, CircleCheck, X } from 'lucide-react'
import { createContext, use, useCallback, useState, type ReactNode } from 'react'
import { errorText, requestIdOf } from '../lib/error-text.ts'
import { useMessages } from '../messages/locale.tsx'
import { IconButton } from './button.tsx'
import { RequestId } from './error-note.tsx'

interface Toast {
  id: string
  text: string
  /** Set for failures. */
  error?: unknown
}

const SHOWN_MS = 5_000

interface ToastState {
  succeed: (text: string) => void
  /** `text` says what did not happen; the error says why. */
  fail: (text: string, error: unknown) => void
}

const ToastContext = createContext<ToastState>({ succeed: () => undefined, fail: () => undefined })
export const useToasts = (): ToastState => use(ToastContext)

export function ToastProvider({ children }: { children: ReactNode }) {
  const [toasts, setToasts] = useState<readonly Toast[]>([])
  const dismiss = useCallback((id: string) => {
    setToasts((shown) => shown.filter((toast) => toast.id !== id))
  }, [])
  const show = useCallback((toast: Omit<Toast, 'id'>) => {
    const id = crypto.randomUUID()
    setToasts((shown) => [...shown.slice(-3), { ...toast, id }])
    return id
  }, [])
  const succeed = useCallback(
    (text: string) => {
      const id = show({ text })
      setTimeout(() => dismiss(id), SHOWN_MS)
    },
    [show, dismiss],
  )
  const fail = useCallback((text: string, error: unknown) => void show({ text, error }), [show])
  return (
    <ToastContext value={{ succeed, fail }}>
      {children}
      <div
        role="status"
        className="pointer-events-none fixed inset-x-4 bottom-18 z-50 flex flex-col items-end gap-2 md:bottom-4"
      >
        {toasts.map((toast) => (
          <ToastCard key={toast.id} toast={toast} onDismiss={() => dismiss(toast.id)} />
        ))}
      </div>
    </ToastContext>
  )
}

function ToastCard({ toast, onDismiss }: { toast: Toast; onDismiss: () => void }) {
  const messages = useMessages()
  const isFailure = 'error' in toast
  const requestId = isFailure ? requestIdOf(toast.error) : null
  const Icon = isFailure ? CircleAlert : CircleCheck
  return (
    <div className="pointer-events-auto flex w-[min(24rem,100%)] animate-[arrive_150ms_ease-out] gap-3 rounded-md border border-line bg-surface p-3 shadow-overlay">
      <Icon
        size={18}
        aria-hidden
        className={`mt-0.5 shrink-0 ${isFailure ? 'text-bad' : 'text-good'}`}
      />
      <div className="min-w-0 flex-1 space-y-1">
        <p className="break-words">{toast.text}</p>
        {isFailure && <p className="text-muted break-words">{errorText(toast.error, messages)}</p>}
        {requestId && <RequestId id={requestId} />}
      </div>
      <IconButton label={messages.common.dismiss} onClick={onDismiss} className="-mt-1 -mr-1">
        <X size={16} />
      </IconButton>
    </div>
  )
}
