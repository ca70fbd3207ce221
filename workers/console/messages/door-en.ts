/** The words of the pages without a session, in English. */

export const door = {
  signIn: {
    title: 'Sign in to VoiceAssist',
    email: 'Email',
    password: 'Password',
    submit: 'Sign in',
    submitting: 'Signing in',
    rejected: 'Email and password do not match.',
    hint: 'On a local start, the terminal shows the owner’s email and password.',
    forgot: 'Forgot your password?',
    code: 'Code',
    codeHint: 'Six digits from your authenticator app, or a backup code.',
    codeRejected: 'This code is not right, or it was used before.',
  },
  setup: {
    title: 'Set up VoiceAssist',
    hint: 'Nobody can sign in yet. You become the first owner.',
    token: 'Setup token',
    tokenHint: 'The secret SETUP_TOKEN of this deployment.',
    wrongToken: 'The setup token is wrong.',
    organization: 'Organization',
    name: 'Your name',
    submit: 'Create owner and sign in',
  },
  recovery: {
    forgotTitle: 'Forgot your password?',
    send: 'Send a link',
    sent: 'If this address has an account, a link is on its way. It works once, within an hour.',
    resetTitle: 'Choose a new password',
    newPassword: 'New password',
    passwordHint: 'At least 8 characters; 15 or more are better.',
    resetSubmit: 'Set password',
    resetDone: 'The new password counts, and you are signed out everywhere.',
    verifyTitle: 'Confirm your address',
    verifyHint: 'Press the button to confirm that this address is yours.',
    verifySubmit: 'Confirm address',
    verifyDone: 'Your address is confirmed.',
    toSignIn: 'Go to sign-in',
  },
  invitation: {
    title: (tenant: string) => `Join ${tenant}`,
    invalidTitle: 'This invitation cannot be used',
    text: (inviter: string, email: string, role: string) =>
      `${inviter} invites ${email} with the role ${role}.`,
    name: 'Your name',
    accept: 'Accept invitation',
    signInAs: (email: string) => `Sign in as ${email} first, then open the link again.`,
  },
}

export type DoorMessages = typeof door
