/** Says on every page that somebody who runs the platform acts as another, and leads back. */
import { UserRoundCog } from 'lucide-react'
import { changeTenant } from '../lib/change-tenant.ts'
import { useSession } from '../lib/hooks.ts'
import { useServices } from '../lib/services.tsx'
import { useMessages } from '../messages/locale.tsx'
import { Button } from './button.tsx'
import { useToasts } from './toasts.tsx'

export function ActingBanner() {
  const session = useSession()
  const services = useServices()
  const { common } = useMessages()
  const { fail } = useToasts()
  if (!session?.impersonatedBy) return null
  const stop = async () => {
    try {
      // What the other may see is not what one sees oneself.
      await changeTenant(services, await services.session.stopActing())
    } catch (error) {
      fail(common.stopActing, error)
    }
  }
  return (
    <div role="status" className="sticky top-12 z-10 bg-surface md:top-0">
      <div className="flex flex-wrap items-center gap-2 border-b border-line bg-warn/10 px-5 py-2">
        <UserRoundCog size={16} aria-hidden className="shrink-0 text-warn" />
        <p className="flex-1">{common.actingAs(session.user.name, session.tenant?.name ?? '')}</p>
        <Button onClick={() => void stop()}>{common.stopActing}</Button>
      </div>
    </div>
  )
}
