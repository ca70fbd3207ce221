/** What each permission lets somebody do, in Russian. */

export const permissions = {
  'flag.read': 'Видеть флаги',
  'flag.write': 'Создавать, переключать и удалять флаги',
  'flag.evaluate': 'Вычислять флаги',
  'kb.read': 'Видеть документы',
  'kb.write': 'Добавлять и повторять документы',
  'kb.delete': 'Удалять документы',
  'rag.query': 'Задавать вопросы',
  'voice.start': 'Начинать голосовые сеансы',
  'member.read': 'Видеть участников и роли',
  'member.manage': 'Приглашать, менять и исключать участников',
  'role.manage': 'Создавать, менять и удалять роли',
  'key.manage': 'Управлять ключами API и приложениями',
  'audit.read': 'Читать журнал аудита',
  'audit.export': 'Выгружать журнал аудита',
  'tenant.update': 'Переименовывать организацию',
  'tenant.delete': 'Удалять организацию',
  'phi.read': 'Читать конфиденциальные документы',
  'usage.read': 'Видеть расходы и бюджеты',
  'budget.manage': 'Задавать бюджеты',
}
