/** What stands where a page should be: it loads, it failed, it does not exist, it is not allowed. */
import { Link, useRouter, type ErrorComponentProps } from '@tanstack/react-router'
import { Lock, MapPinOff } from 'lucide-react'
import { useSession } from '../lib/hooks.ts'
import { roleNameOf } from '../lib/role-name.ts'
import { useMessages } from '../messages/locale.tsx'
import { buttonClass } from './button.tsx'
import { ErrorNote } from './error-note.tsx'
import { Empty } from './page.tsx'

/** The header and a few rows, at the sizes they will have. */
export function PagePending() {
  const { common } = useMessages()
  return (
    <div className="mx-auto w-full max-w-5xl flex-1 px-5 pt-5">
      <span role="status" className="sr-only">
        {common.loading}
      </span>
      <div className="skeleton mb-2 h-6 w-40" />
      <div className="skeleton mb-6 h-5 w-72 max-w-full" />
      <Skeletons rows={5} />
    </div>
  )
}

export function Skeletons({ rows }: { rows: number }) {
  return (
    <div aria-hidden className="space-y-2">
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} className="skeleton h-9 w-full" />
      ))}
    </div>
  )
}

export function PageError({ error, reset }: ErrorComponentProps) {
  const router = useRouter()
  const retry = () => {
    reset()
    void router.invalidate()
  }
  return (
    <div className="mx-auto w-full max-w-2xl p-5">
      <ErrorNote error={error} onRetry={retry} />
    </div>
  )
}

export function PageMissing() {
  const { errors } = useMessages()
  return (
    <Empty icon={<MapPinOff size={32} />} title={errors.notFound} isPage>
      <Link to="/" className={buttonClass('primary')}>
        {errors.goHome}
      </Link>
    </Empty>
  )
}

/** A deep link to a page the role may not see says which permission is missing. */
export function PageForbidden({ permission }: { permission: string }) {
  const messages = useMessages()
  const { errors } = messages
  const role = useSession()?.role ?? ''
  return (
    <Empty
      icon={<Lock size={32} />}
      title={errors.noAccess}
      hint={errors.forbidden(roleNameOf(role, messages), permission)}
      isPage
    >
      <Link to="/" className={buttonClass('primary')}>
        {errors.goHome}
      </Link>
    </Empty>
  )
}
