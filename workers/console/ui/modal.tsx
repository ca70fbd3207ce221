/** A modal question in the browser's own <dialog>: focus trap, Esc and inertness come with it. */
import { X } from 'lucide-react'
import { useEffect, useId, useRef, type MouseEvent, type ReactNode } from 'react'
import { useMessages } from '../messages/locale.tsx'
import { IconButton } from './button.tsx'

interface ModalProps {
  title: string
  onClose: () => void
  /** For tables and long forms. */
  isWide?: boolean
  children: ReactNode
}

/** Shown while it is mounted. */
export function Modal({ title, onClose, isWide = false, children }: ModalProps) {
  const { common } = useMessages()
  const ref = useRef<HTMLDialogElement>(null)
  const id = useId()
  useEffect(() => {
    const opener = document.activeElement
    ref.current?.showModal()
    // The browser gives the focus back when a dialog closes, and not when it is taken out of the page.
    return () => {
      if (opener instanceof HTMLElement) opener.focus()
    }
  }, [])
  const closeOutside = (event: MouseEvent) => {
    if (event.target === ref.current) onClose()
  }
  return (
    <dialog
      ref={ref}
      aria-labelledby={id}
      onClose={onClose}
      onMouseDown={closeOutside}
      className={`m-auto ${isWide ? 'w-[min(42rem,calc(100vw-2rem))]' : 'w-[min(28rem,calc(100vw-2rem))]'} rounded-lg border border-line bg-surface p-0 text-ink shadow-overlay`}
    >
      <div className="p-5">
        <h2 id={id} className="mb-3 pr-8 text-md font-semibold">
          {title}
        </h2>
        {children}
        {/* Last, so that the first field gets the focus when the dialog opens. */}
        <IconButton label={common.close} onClick={onClose} className="absolute top-3.5 right-3">
          <X size={16} />
        </IconButton>
      </div>
    </dialog>
  )
}
