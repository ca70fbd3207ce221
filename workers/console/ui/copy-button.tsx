/** Copies a text and says so for a moment. */
import { Check, Copy } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useMessages } from '../messages/locale.tsx'
import { IconButton } from './button.tsx'

const SHOWN_MS = 1_600

export function CopyButton({ text, label }: { text: string; label: string }) {
  const { common } = useMessages()
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return undefined
    const timer = setTimeout(() => setCopied(false), SHOWN_MS)
    return () => clearTimeout(timer)
  }, [copied])
  const copy = () => void navigator.clipboard.writeText(text).then(() => setCopied(true))
  return (
    <>
      <IconButton label={label} onClick={copy} className="h-6! min-w-6!">
        {copied ? <Check size={14} className="text-good" /> : <Copy size={14} />}
      </IconButton>
      <span role="status" className="sr-only">
        {copied ? common.copied : ''}
      </span>
    </>
  )
}
