/** One team; its name leads to its members. */
import { Link } from '@tanstack/react-router'
import { Pencil, Trash2 } from 'lucide-react'
import type { Team } from '../../../teams/schemas.ts'
import { usePermission } from '../../lib/hooks.ts'
import { useMessages } from '../../messages/locale.tsx'
import { IconButton } from '../../ui/button.tsx'
import { cell, wide } from '../../ui/data-table.tsx'
import { When } from '../../ui/when.tsx'

interface TeamRowProps {
  team: Team
  onRename: () => void
  onDelete: () => void
}

export function TeamRow({ team, onRename, onDelete }: TeamRowProps) {
  const { teams } = useMessages()
  const mayManage = usePermission('member.manage')
  const { id, name, members, createdAt } = team
  return (
    <tr className="h-9 hover:bg-raised/50">
      <td className={cell}>
        <Link
          to="/teams"
          search={{ team: id }}
          title={teams.membersOf(name)}
          className="block truncate font-medium text-accent hover:underline"
        >
          {name}
        </Link>
      </td>
      <td className={`${cell} text-right`}>{members}</td>
      <td className={`${cell} text-right text-muted ${wide}`}>
        <When iso={createdAt} />
      </td>
      <td className={`${cell} px-1! text-right whitespace-nowrap`}>
        {mayManage && (
          <>
            <IconButton label={teams.renameOf(name)} onClick={onRename}>
              <Pencil size={16} />
            </IconButton>
            <IconButton label={teams.deleteOf(name)} onClick={onDelete}>
              <Trash2 size={16} />
            </IconButton>
          </>
        )}
      </td>
    </tr>
  )
}
