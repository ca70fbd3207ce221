/** One flag: its name and purpose, its switch, and what callers get while it is on. */
import { Link } from '@tanstack/react-router'
import { Trash2 } from 'lucide-react'
import type { Flag } from '../../flags/schemas.ts'
import { formatWhen } from '../lib/format.ts'
import { usePermission } from '../lib/hooks.ts'
import { useMessages } from '../messages/locale.tsx'
import { IconButton } from '../ui/button.tsx'
import { cell, wide } from '../ui/data-table.tsx'
import { Switch } from '../ui/switch.tsx'

interface FlagRowProps {
  flag: Flag
  onToggle: () => void
  onDelete: () => void
}

export function FlagRow({ flag: shown, onToggle, onDelete }: FlagRowProps) {
  const { flags, flag, locale } = useMessages()
  const mayWrite = usePermission('flag.write')
  const { name, description, enabled, defaultValue, updatedAt } = shown
  return (
    <tr className="h-9 hover:bg-raised/50">
      <td className={cell}>
        <Link
          to="/flags"
          search={{ flag: name }}
          title={flag.open(name)}
          className="block truncate font-mono text-sm font-medium text-accent hover:underline"
        >
          {name}
        </Link>
        {description && <span className="block truncate text-sm text-muted">{description}</span>}
      </td>
      <td className={cell}>
        <span className="flex items-center gap-2">
          <Switch
            isOn={enabled}
            label={flags.toggleOf(name)}
            disabled={!mayWrite}
            onToggle={onToggle}
          />
          <span className={enabled ? 'font-medium' : 'text-muted'}>
            {enabled ? flags.on : flags.off}
          </span>
        </span>
      </td>
      <td className={`${cell} ${wide}`}>
        <code className="font-mono text-sm text-muted">{JSON.stringify(defaultValue)}</code>
      </td>
      <td className={`${cell} text-right whitespace-nowrap text-muted ${wide}`}>
        <time dateTime={updatedAt} title={updatedAt}>
          {formatWhen(updatedAt, locale)}
        </time>
      </td>
      <td className={`${cell} px-1! text-right`}>
        {mayWrite && (
          <IconButton label={flags.deleteOf(name)} onClick={onDelete}>
            <Trash2 size={16} />
          </IconButton>
        )}
      </td>
    </tr>
  )
}
