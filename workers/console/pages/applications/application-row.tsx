/** One application: who it is in the protocol, whether it gets in, and what it may ask for. */
import { RotateCw, Trash2 } from 'lucide-react'
import type { OAuthClient } from '../../../identity/oauth-client-schemas.ts'
import { useApplicationMessages } from '../../messages/applications.ts'
import { IconButton } from '../../ui/button.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { cell, wide } from '../../ui/data-table.tsx'
import { Status } from '../../ui/status.tsx'
import { When } from '../../ui/when.tsx'

interface ApplicationRowProps {
  application: OAuthClient
  onRotate: () => void
  onRemove: () => void
}

export function ApplicationRow({ application, onRotate, onRemove }: ApplicationRowProps) {
  const applications = useApplicationMessages()
  const { id, name, type, scopes, redirectUris, status, previousExpiresAt } = application
  const isActive = status === 'active'
  const may = scopes.join(', ')
  return (
    <tr className="h-9 hover:bg-raised/50">
      <td className={cell}>
        <span className="block truncate font-medium">{name}</span>
        <span className="flex items-center gap-1 text-sm text-muted">
          <code className="min-w-0 truncate font-mono">{id}</code>
          <CopyButton text={id} label={applications.copyId(name)} />
        </span>
        <span className="block truncate text-sm text-muted" title={redirectUris.join('\n')}>
          {[applications[type], ...redirectUris.map(hostOf)].join(' · ')}
        </span>
        {isActive && previousExpiresAt && (
          <span className="block text-sm text-pretty text-warn">
            {applications.overlap} <When iso={previousExpiresAt} />
          </span>
        )}
      </td>
      <td className={cell}>
        <Status tone={isActive ? 'good' : 'idle'}>{applications[status]}</Status>
      </td>
      <td className={`${cell} ${wide}`}>
        {may === '' ? (
          <span className="text-muted">{applications.nothing}</span>
        ) : (
          <span className="line-clamp-2 font-mono text-xs break-words text-muted" title={may}>
            {may}
          </span>
        )}
      </td>
      <td className={`${cell} text-muted ${wide}`}>
        <When iso={application.createdAt} />
      </td>
      <td className={`${cell} px-1! text-right whitespace-nowrap`}>
        {isActive && type === 'confidential' && (
          <IconButton label={applications.rotateOf(name)} onClick={onRotate}>
            <RotateCw size={16} />
          </IconButton>
        )}
        {isActive && (
          <IconButton label={applications.removeOf(name)} onClick={onRemove}>
            <Trash2 size={16} />
          </IconButton>
        )}
      </td>
    </tr>
  )
}

/** What tells where users come back to: the host, or a native application's scheme. */
function hostOf(redirectUri: string): string {
  const { host, protocol } = new URL(redirectUri)
  return host || protocol
}
