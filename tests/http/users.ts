/** Login roles of the test databases; the passwords guard nothing. */
export const USERS = { voiceassist: 'owner', app_user: 'app', auth_user: 'auth' }
