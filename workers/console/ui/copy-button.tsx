/** Copies a text and says so for a moment. */
import { Check, Copy } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useMessages } from '../messages/locale.tsx'
import { Button, IconButton } from './button.tsx'

const SHOWN_MS = 1_600

interface CopyButtonProps {
  text: string
  label: string
  /** As a button with its label, where copying is what most people do next. */
  isLabelled?: boolean
}

export function CopyButton({ text, label, isLabelled = false }: CopyButtonProps) {
  const { common } = useMessages()
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return undefined
    const timer = setTimeout(() => setCopied(false), SHOWN_MS)
    return () => clearTimeout(timer)
  }, [copied])
  const copy = () => void navigator.clipboard.writeText(text).then(() => setCopied(true))
  const icon = copied ? (
    <Check size={14} aria-hidden className="text-good" />
  ) : (
    <Copy size={14} aria-hidden />
  )
  return (
    <>
      {isLabelled ? (
        <Button onClick={copy}>
          {icon} {label}
        </Button>
      ) : (
        <IconButton label={label} onClick={copy} className="h-6! min-w-6!">
          {icon}
        </IconButton>
      )}
      <span role="status" className="sr-only">
        {copied ? common.copied : ''}
      </span>
    </>
  )
}
