/** One verification of the whole log in this page: how far it is, and its verdict. */
import { useEffect, useRef, useState } from 'react'
import type { Audit } from '../../../sdk/audit.ts'
import { VoiceAssistError } from '../../../sdk/errors.ts'
import { useServices } from './services.tsx'

export type Verdict = Awaited<ReturnType<Audit['verify']>>

export type Verification =
  | { type: 'idle' }
  | { type: 'running'; checked: number; of: number }
  | { type: 'done'; verdict: Verdict }
  | { type: 'failed'; error: unknown }

const wasStopped = (error: unknown) => error instanceof VoiceAssistError && error.code === 'aborted'

/** Ends with the page it is on. */
export function useVerification() {
  const { client } = useServices()
  const [state, setState] = useState<Verification>({ type: 'idle' })
  const running = useRef<AbortController | null>(null)
  const stop = () => running.current?.abort()
  useEffect(() => () => running.current?.abort(), [])

  const start = async () => {
    const run = new AbortController()
    running.current = run
    setState({ type: 'running', checked: 0, of: 0 })
    try {
      const verdict = await client.audit.verify({
        signal: run.signal,
        onProgress: (checked, of) => setState({ type: 'running', checked, of }),
      })
      setState({ type: 'done', verdict })
    } catch (error) {
      setState(wasStopped(error) ? { type: 'idle' } : { type: 'failed', error })
    }
  }
  return { state, start: () => void start(), stop }
}
