/** The words of the account's menu, in English. */

export const account = {
  open: 'Account and preferences',
  manage: 'Manage account',
  theme: 'Theme',
  light: 'Light',
  dark: 'Dark',
  system: 'System',
  language: 'Language',
  signOut: 'Sign out',
  roles: { owner: 'Owner', admin: 'Admin', editor: 'Editor', user: 'User', viewer: 'Viewer' },
}

export type MenuMessages = typeof account
