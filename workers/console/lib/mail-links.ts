/**
 * What links in mails lead to. Their token stands after the #, where no server sees it, and is sent
 * in a body; nobody is signed in on these pages.
 */
import { createTransport } from '../../../sdk/transport.ts'
import type { Session } from '../../identity/schemas.ts'
import type { InvitationView } from '../../identity/tenant-schemas.ts'

const transport = createTransport({ url: '' })
const post = (path: string, body: object) => transport.send(path, { method: 'POST', body })

/** The token of the page's address; empty when the link was cut short. */
export const linkToken = (): string =>
  new URLSearchParams(window.location.hash.slice(1)).get('token') ?? ''

export async function requestReset(email: string): Promise<void> {
  await post('/api/auth/request-password-reset', { email })
}

/** @throws VoiceAssistError `invalid_fields` when link or password will not do */
export async function resetPassword(token: string, newPassword: string): Promise<void> {
  await post('/api/auth/reset-password', { token, newPassword })
}

/** @throws VoiceAssistError when the link was used, has expired or is incomplete */
export async function verifyEmail(token: string): Promise<void> {
  await post('/api/auth/verify-email', { token })
}

/** @throws VoiceAssistError `not_found` when the link was used, revoked or has expired */
export const viewInvitation = (token: string): Promise<InvitationView> =>
  transport.json('/api/invitations/view', { method: 'POST', body: { token } })

/** @param person Where the address has no account yet, what makes one */
export const acceptInvitation = (
  token: string,
  person: { name?: string; password?: string },
): Promise<Session> =>
  transport.json('/api/invitations/accept', { method: 'POST', body: { token, ...person } })
