/** A question with a form: a refusal is shown in it and keeps what was typed. */
import type { ReactNode } from 'react'
import { VoiceAssistError } from '../../../sdk/errors.ts'
import { useSubmit } from '../lib/submit.ts'
import { useMessages } from '../messages/locale.tsx'
import { Button, type Look } from './button.tsx'
import { ErrorNote } from './error-note.tsx'
import { Modal } from './modal.tsx'

interface FormModalProps {
  title: string
  hint?: string
  submit: string
  look?: Look
  isWide?: boolean
  /** Whether it can be sent at all: what there is to choose from is known, and enough is chosen. */
  isReady?: boolean
  /** Said when the server answers that this may not be done, such as for a wrong password. */
  refusal?: string
  onClose: () => void
  /** Closes by itself what it wants closed; may throw. */
  onSubmit: (form: FormData) => Promise<void>
  children?: ReactNode
}

const isRefusal = (error: unknown) =>
  error instanceof VoiceAssistError && error.code === 'forbidden'

export function FormModal(props: FormModalProps) {
  const { title, hint, submit, look = 'primary', isWide = false } = props
  const { refusal, isReady = true, onClose } = props
  const { common } = useMessages()
  const { onSubmit, error, isBusy } = useSubmit(props.onSubmit)
  return (
    <Modal title={title} onClose={onClose} isWide={isWide}>
      <form onSubmit={onSubmit} className="space-y-4">
        {hint && <p className="text-pretty text-muted">{hint}</p>}
        {props.children}
        {error !== null && (
          <ErrorNote error={error} {...(refusal && isRefusal(error) ? { text: refusal } : {})} />
        )}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{common.cancel}</Button>
          <Button type="submit" look={look} disabled={isBusy || !isReady}>
            {submit}
          </Button>
        </div>
      </form>
    </Modal>
  )
}
