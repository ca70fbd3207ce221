/** Files on their way, above the list they will join. */
import { FileUp, RotateCw, X } from 'lucide-react'
import { isPassing } from '../../../sdk/upload-parts.ts'
import { errorText, requestIdOf } from '../lib/error-text.ts'
import { formatBytes } from '../lib/format.ts'
import { MAX_BYTES, type Upload } from '../lib/uploads.ts'
import type { Messages } from '../messages/en.ts'
import { useMessages } from '../messages/locale.tsx'
import { IconButton } from '../ui/button.tsx'
import { RequestId } from '../ui/error-note.tsx'
import { Progress } from '../ui/progress.tsx'
import { Status } from '../ui/status.tsx'

interface UploadRowsProps {
  uploads: readonly Upload[]
  onDrop: (id: string) => void
  onRetry: (id: string) => void
}

function reasonOf({ error }: Upload, messages: Messages): string {
  const { knowledge, locale } = messages
  if (error?.code === 'empty_file') return knowledge.emptyFile
  if (error?.code === 'too_large') return knowledge.tooLarge(formatBytes(MAX_BYTES, locale))
  return errorText(error, messages)
}

export function UploadRows({ uploads, onDrop, onRetry }: UploadRowsProps) {
  return (
    <ul className="mb-3 divide-y divide-line rounded-md border border-line bg-surface">
      {uploads.map((upload) => (
        <UploadRow
          key={upload.id}
          upload={upload}
          onDrop={() => onDrop(upload.id)}
          onRetry={() => onRetry(upload.id)}
        />
      ))}
    </ul>
  )
}

interface UploadRowProps {
  upload: Upload
  onDrop: () => void
  onRetry: () => void
}

function UploadRow({ upload, onDrop, onRetry }: UploadRowProps) {
  const messages = useMessages()
  const { knowledge, locale } = messages
  const { file, sent, error } = upload
  const requestId = requestIdOf(error)
  const label = error ? knowledge.dismissUpload(file.name) : knowledge.cancelUpload(file.name)
  return (
    <li className="flex items-center gap-3 px-3 py-2">
      <FileUp size={16} aria-hidden className="shrink-0 text-muted" />
      <div className="min-w-0 flex-1">
        <p className="flex items-baseline gap-2">
          <span className="min-w-0 truncate font-medium">{file.name}</span>
          <span className="shrink-0 text-xs text-muted">{formatBytes(file.size, locale)}</span>
        </p>
        {error ? (
          <div role="alert">
            <p className="text-sm text-bad">{reasonOf(upload, messages)}</p>
            {requestId && <RequestId id={requestId} />}
          </div>
        ) : (
          <div className="mt-1">
            <Progress value={sent} label={knowledge.progressOf(file.name)} />
          </div>
        )}
      </div>
      <span className="w-28 shrink-0 max-sm:hidden">
        {error ? (
          <Status tone="bad">{knowledge.uploadFailed}</Status>
        ) : (
          <Status tone="busy">{`${knowledge.uploading} ${Math.round(sent * 100)} %`}</Status>
        )}
      </span>
      {error && error.code !== 'empty_file' && error.code !== 'too_large' && isPassing(error) && (
        <IconButton label={knowledge.resumeUpload(file.name)} onClick={onRetry}>
          <RotateCw size={16} />
        </IconButton>
      )}
      <IconButton label={label} onClick={onDrop}>
        <X size={16} />
      </IconButton>
    </li>
  )
}
