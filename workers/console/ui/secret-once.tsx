/** Something the server shows once and never again, to be copied or kept as a file. */
import { Download } from 'lucide-react'
import type { ReactNode } from 'react'
import { saveFile } from '../lib/download.ts'
import { useMessages } from '../messages/locale.tsx'
import { Button } from './button.tsx'
import { CopyButton } from './copy-button.tsx'
import { Modal } from './modal.tsx'

interface SecretOnceProps {
  title: string
  hint: string
  text: string
  /** Name of the file it can be kept as; without one it can only be copied. */
  fileName?: string
  onClose: () => void
  children?: ReactNode
}

export function SecretOnce({ title, hint, text, fileName, onClose, children }: SecretOnceProps) {
  const { common } = useMessages()
  return (
    <Modal title={title} onClose={onClose}>
      <div className="space-y-4">
        <p className="text-pretty text-muted">{hint}</p>
        <pre
          tabIndex={0}
          aria-label={title}
          className="max-h-60 overflow-auto rounded-sm border border-line bg-raised p-3 font-mono text-sm break-all whitespace-pre-wrap select-all"
        >
          {text}
        </pre>
        {children}
        <div className="flex flex-wrap justify-end gap-2">
          <CopyButton text={text} label={common.copy} isLabelled />
          {fileName && (
            <Button onClick={() => saveFile(fileName, new Blob([`${text}\n`]))}>
              <Download size={14} aria-hidden /> {common.download}
            </Button>
          )}
          <Button look="primary" onClick={onClose}>
            {common.done}
          </Button>
        </div>
      </div>
    </Modal>
  )
}
