/** The words of the account's menu, in Russian. */
import type { MenuMessages } from './menu-en.ts'

export const account: MenuMessages = {
  open: 'Учётная запись и настройки',
  manage: 'Управление учётной записью',
  theme: 'Тема',
  light: 'Светлая',
  dark: 'Тёмная',
  system: 'Системная',
  language: 'Язык',
  signOut: 'Выйти',
  roles: {
    owner: 'Владелец',
    admin: 'Администратор',
    editor: 'Редактор',
    user: 'Пользователь',
    viewer: 'Наблюдатель',
  },
}
