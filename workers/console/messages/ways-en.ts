/** The words of passkeys and of accounts elsewhere, in English. */
import type { FederationFailure } from '../../identity/federation-schemas.ts'

const failures: Record<FederationFailure, (provider: string) => string> = {
  stale: (provider) => `The sign-in through ${provider} took too long, or was used. Begin again.`,
  cancelled: (provider) => `The sign-in through ${provider} was cancelled.`,
  failed: (provider) => `The sign-in through ${provider} did not work. Try again, or another way.`,
  unverified: (provider) => `${provider} has not verified your address. Verify it there first.`,
  link_first: (provider) =>
    `There is an account with this address. Sign in to it another way, then link ${provider} on the account page.`,
  no_account: (provider) =>
    `Nobody here has the address that ${provider} gave. Ask for an invitation.`,
  other_address: (provider) => `The invitation is for another address than ${provider} gave.`,
  invitation_gone: () => 'The invitation was used or has expired. Ask for another.',
  suspended: () => 'This account is suspended. Ask whoever runs the platform.',
  linked_elsewhere: (provider) => `This ${provider} account opens another account here already.`,
  linked_already: (provider) => `Another ${provider} account is linked. Unlink that one first.`,
  signed_out: () => 'You were signed out meanwhile. Sign in, then link again.',
}

export const ways = {
  or: 'or',
  passkey: 'Use a passkey',
  passkeyRejected: 'This passkey does not open an account here.',
  continueWith: (provider: string) => `Continue with ${provider}`,
  failures,
  proof: 'Your password',
  proofHint: 'Needed when you signed in more than ten minutes ago.',
  refused: 'You signed in a while ago. Type your password, or sign out and in again.',
  lastWay: 'This is the last way to sign in. Add another first.',
  passkeys: {
    title: 'Passkeys',
    hint: 'Sign in with your fingerprint, face or screen lock. No password, no code.',
    none: 'You have none yet.',
    unsupported: 'This browser knows no passkeys.',
    synced: 'On all your devices',
    bound: 'On one device',
    added: 'Added',
    used: 'Last used',
    never: 'Never used',
    add: 'Add a passkey',
    addHint: 'Your browser asks next where to keep it, and who you are.',
    name: 'Name of the passkey',
    defaultName: 'This device',
    done: 'The passkey opens your account from now on.',
    notMade: 'No passkey was made. Try again when you are ready.',
    rename: 'Rename',
    renameOf: (name: string) => `Rename ${name}`,
    save: 'Save',
    remove: 'Remove',
    removeOf: (name: string) => `Remove ${name}`,
    removeHint: 'It opens nothing here any more. Delete it on your device as well.',
    removed: 'The passkey is removed.',
  },
  linked: {
    title: 'Linked accounts',
    hint: 'Accounts elsewhere that open this one.',
    notLinked: 'Not linked',
    link: 'Link',
    linkOf: (provider: string) => `Link ${provider}`,
    linkHint: 'You go there to sign in, and come back.',
    unlink: 'Unlink',
    unlinkOf: (provider: string) => `Unlink ${provider}`,
    unlinkHint: 'It does not open your account any more.',
    unlinked: 'The account is unlinked.',
  },
}

export type WaysMessages = typeof ways
