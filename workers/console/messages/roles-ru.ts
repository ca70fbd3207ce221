/** The words of the page of roles, in Russian. */
import { count } from './plural-ru.ts'
import type { RoleMessages } from './roles-en.ts'

export const roles: RoleMessages = {
  title: 'Роли',
  subtitle: 'Что может каждая роль в этой организации.',
  create: 'Новая роль',
  table: 'Права по ролям',
  permission: 'Право',
  yes: 'Да',
  no: 'Нет',
  members: (n) => count(n, 'участник', 'участника', 'участников'),
  own: 'Собственные роли',
  ownHint: 'В собственной роли то, что вы выберете, и не больше, чем есть у вас.',
  none: 'Пока ни одной.',
  createTitle: 'Новая роль',
  editTitle: (name) => `Изменить ${name}`,
  name: 'Название',
  nameHint: 'Строчные латинские буквы, цифры и дефисы, например support-lead.',
  description: 'Описание',
  grants: 'Что она может',
  notHeld: 'У вас самих этого права нет, поэтому дать его нельзя.',
  save: 'Сохранить',
  saved: (name) => `Роль ${name} сохранена. Она начнёт действовать в течение 15 секунд.`,
  edit: 'Изменить',
  editOf: (name) => `Изменить ${name}`,
  deleteOf: (name) => `Удалить ${name}`,
  deleteTitle: 'Удалить эту роль?',
  deleteHint: 'Удалить можно только роль, которой ни у кого нет и в которую никто не приглашён.',
  typeName: (name) => `Введите ${name} для подтверждения`,
  deleted: (name) => `Роль ${name} удалена.`,
  tooStrong: 'В ней больше прав, чем у вас, поэтому изменить её нельзя.',
}
