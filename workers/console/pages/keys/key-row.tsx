/** One key: what it is for, whether it works, what it may do, and when it was used. */
import { Ban, RotateCw } from 'lucide-react'
import type { ApiKey } from '../../../identity/api-key-schemas.ts'
import { useMessages } from '../../messages/locale.tsx'
import { IconButton } from '../../ui/button.tsx'
import { cell, wide } from '../../ui/data-table.tsx'
import { Status, type Tone } from '../../ui/status.tsx'
import { When } from '../../ui/when.tsx'

const TONES: Record<ApiKey['status'], Tone> = { active: 'good', expired: 'warn', revoked: 'idle' }

interface KeyRowProps {
  apiKey: ApiKey
  onRotate: () => void
  onRevoke: () => void
}

export function KeyRow({ apiKey, onRotate, onRevoke }: KeyRowProps) {
  const { keys } = useMessages()
  const { id, kind, name, environment, scopes, origins, status } = apiKey
  const may = kind === 'client' ? (origins?.join(', ') ?? keys.anyPage) : scopes.join(', ')
  return (
    <tr className="h-9 hover:bg-raised/50">
      <td className={cell}>
        <span className="block truncate font-medium">{name}</span>
        <span className="block truncate text-sm text-muted">
          {keys[kind]} · {environment} · <code className="font-mono">{`va_${kind}_${id}`}</code>
        </span>
        {apiKey.previousExpiresAt && (
          <span className="block text-sm text-pretty text-warn">
            {keys.overlap} <When iso={apiKey.previousExpiresAt} />
          </span>
        )}
      </td>
      <td className={cell}>
        <Status tone={TONES[status]}>{keys[status]}</Status>
      </td>
      <td className={`${cell} ${wide}`}>
        <span className="line-clamp-2 font-mono text-xs break-words text-muted" title={may}>
          {may}
        </span>
      </td>
      <td className={`${cell} text-muted ${wide}`}>
        {apiKey.lastUsedAt ? <When iso={apiKey.lastUsedAt} /> : keys.never}
      </td>
      <td className={`${cell} text-muted ${wide}`}>
        <When iso={apiKey.expiresAt} />
      </td>
      <td className={`${cell} px-1! text-right whitespace-nowrap`}>
        {status !== 'revoked' && (
          <>
            <IconButton label={keys.rotateOf(name)} onClick={onRotate}>
              <RotateCw size={16} />
            </IconButton>
            <IconButton label={keys.revokeOf(name)} onClick={onRevoke}>
              <Ban size={16} />
            </IconButton>
          </>
        )}
      </td>
    </tr>
  )
}
