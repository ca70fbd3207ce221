/** What of the page's address is asked of the server. */
import { useSearch } from '@tanstack/react-router'
import type { TraceFilter, TraceReach } from '../../../../sdk/traces.ts'
import { usePermission } from '../../lib/hooks.ts'
import { fromLocalInput } from '../../lib/local-time.ts'
import type { TracesSearch } from '../../lib/manage-search.ts'

const STATUS = /^[1-5](\d\d|xx)$/

/** Of an address somebody may have written by hand: what cannot be asked for is left out. */
export function filterOf(search: TracesSearch): TraceFilter {
  const { status = '', min = 0, failed } = search
  const moment = (text: string | undefined) => (text ? fromLocalInput(text) : '')
  const [from, to] = [moment(search.from), moment(search.to)]
  const [requestId, route] = [search.request?.trim(), search.route?.trim()]
  return {
    ...(requestId && { requestId }),
    ...(route && { route }),
    ...(STATUS.test(status) && { status }),
    ...(min > 0 && { minDurationMs: min }),
    ...(failed && { failed: 'true' as const }),
    ...(from && { from }),
    ...(to && { to }),
  }
}

/** Whose traces are shown: all of them to who runs the platform and wants them, or sees no others. */
export function useReach(): TraceReach {
  const { all = false } = useSearch({ from: '/shell/traces' })
  const [runsPlatform, readsOwn] = [usePermission('admin.platform'), usePermission('audit.read')]
  return runsPlatform && (all || !readsOwn) ? 'all' : 'own'
}
