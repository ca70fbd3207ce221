/** An application's request for access, as the provider hands it to the page that asks the user. */
import { createTransport } from '../../../sdk/transport.ts'
import type { ConsentQuestion } from '../../identity/oauth-schemas.ts'
import type { SessionStore } from './session.ts'

const PREFIX = '#request='

/** The request in the page's address, word for word; empty when the address was cut short. */
export function requestInAddress(): Record<string, string> {
  const { hash } = window.location
  if (!hash.startsWith(PREFIX)) return {}
  try {
    const binary = atob(hash.slice(PREFIX.length).replaceAll('-', '+').replaceAll('_', '/'))
    const bytes = Uint8Array.from(binary, (char) => char.charCodeAt(0))
    const parsed: unknown = JSON.parse(new TextDecoder().decode(bytes))
    const entries = Object.entries(Object(parsed)).map(([name, value]) => [name, String(value)])
    return Object.fromEntries(entries)
  } catch {
    return {}
  }
}

const PATH = '/api/auth/oauth/authorization'

/** @throws VoiceAssistError `invalid_fields` when the request is not one that can be granted */
export function viewConsent(
  { getToken }: SessionStore,
  request: Record<string, string>,
): Promise<ConsentQuestion> {
  const query = new URLSearchParams(request).toString()
  return createTransport({ url: '', getToken }).json(`${PATH}?${query}`)
}

/** @returns where the browser goes now: to the application */
export async function decideConsent(
  { getToken }: SessionStore,
  request: Record<string, string>,
  allow: boolean,
): Promise<string> {
  const transport = createTransport({ url: '', getToken })
  const body = { request, allow }
  const { redirectTo } = await transport.json<{ redirectTo: string }>(PATH, {
    method: 'POST',
    body,
  })
  return redirectTo
}
