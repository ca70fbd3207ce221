/** Small bridges between React and what lives outside it. */
import { useEffect, useRef, useState, useSyncExternalStore } from 'react'
import type { Session } from '../../identity/schemas.ts'
import { useServices } from './services.tsx'

/** The session of a page behind the sign-in; null for the moment between sign-out and leaving. */
export function useSession(): Session | null {
  const { session } = useServices()
  const state = useSyncExternalStore(session.subscribe, session.snapshot)
  return state.status === 'signed-in' ? state.session : null
}

export function usePermission(permission: string): boolean {
  return useSession()?.permissions.includes(permission) ?? false
}

const subscribeOnline = (listener: () => void) => {
  addEventListener('online', listener)
  addEventListener('offline', listener)
  return () => {
    removeEventListener('online', listener)
    removeEventListener('offline', listener)
  }
}

export const useOnline = (): boolean =>
  useSyncExternalStore(subscribeOnline, () => navigator.onLine)

/** A window listener that always sees the latest render. */
export function useWindowEvent<K extends keyof WindowEventMap>(
  type: K,
  listener: (event: WindowEventMap[K]) => void,
) {
  const latest = useRef(listener)
  useEffect(() => {
    latest.current = listener
  })
  useEffect(() => {
    const call = (event: WindowEventMap[K]) => latest.current(event)
    addEventListener(type, call)
    return () => removeEventListener(type, call)
  }, [type])
}

/** The value once it has stood still for `ms`: for calls that should not follow every keystroke. */
export function useDebounced<T>(value: T, ms: number): T {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), ms)
    return () => clearTimeout(timer)
  }, [value, ms])
  return settled
}
