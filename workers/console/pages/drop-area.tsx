/** Files dropped anywhere on the page. */
import { FileDown } from 'lucide-react'
import { useRef, useState } from 'react'
import { useWindowEvent } from '../lib/hooks.ts'
import { useMessages } from '../messages/locale.tsx'

const hasFiles = ({ dataTransfer }: DragEvent) => dataTransfer?.types.includes('Files') === true

export function DropArea({ onFiles }: { onFiles: (files: Iterable<File>) => void }) {
  const { knowledge } = useMessages()
  const [isOver, setOver] = useState(false)
  /** Entering a child fires before leaving its parent, so only the count says who is left. */
  const depth = useRef(0)
  useWindowEvent('dragenter', (event) => {
    if (!hasFiles(event)) return
    depth.current += 1
    setOver(true)
  })
  useWindowEvent('dragleave', () => {
    depth.current = Math.max(0, depth.current - 1)
    if (depth.current === 0) setOver(false)
  })
  useWindowEvent('dragover', (event) => {
    if (hasFiles(event)) event.preventDefault()
  })
  useWindowEvent('drop', (event) => {
    depth.current = 0
    setOver(false)
    if (!hasFiles(event)) return
    event.preventDefault()
    onFiles(event.dataTransfer?.files ?? [])
  })
  if (!isOver) return null
  return (
    <div className="pointer-events-none fixed inset-3 z-40 grid place-items-center rounded-lg border-2 border-dashed border-accent bg-accent/10">
      <p className="flex items-center gap-2 rounded-md bg-surface px-4 py-3 text-md font-medium shadow-overlay">
        <FileDown size={20} aria-hidden className="text-accent" /> {knowledge.drop}
      </p>
    </div>
  )
}
