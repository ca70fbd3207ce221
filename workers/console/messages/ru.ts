/** Every word of the console in Russian. */
import { ask, source } from './ask-ru.ts'
import { door } from './door-ru.ts'
import type { Messages } from './en.ts'
import { flag } from './flag-ru.ts'
import { help } from './help-ru.ts'
import { keys } from './keys-ru.ts'
import { knowledge } from './knowledge-ru.ts'
import { members } from './members-ru.ts'
import { account } from './menu-ru.ts'
import { organization } from './organization-ru.ts'
import { permissions } from './permissions-ru.ts'
import { rating } from './rating-ru.ts'
import { roles } from './roles-ru.ts'
import { teams } from './teams-ru.ts'
import { traces } from './traces-ru.ts'
import { voice } from './voice-ru.ts'
import { ways } from './ways-ru.ts'

export const ru: Messages = {
  locale: 'ru',
  common: {
    actions: 'Действия',
    cancel: 'Отмена',
    close: 'Закрыть',
    copied: 'Скопировано',
    copy: 'Копировать',
    create: 'Создать',
    delete: 'Удалить',
    dismiss: 'Скрыть',
    done: 'Готово',
    download: 'Скачать',
    loading: 'Загрузка',
    loadMore: 'Показать ещё',
    retry: 'Повторить',
    tryAgain: 'Попробовать снова',
    requestId: 'Номер запроса',
    copyRequestId: 'Скопировать номер запроса',
    offline: 'Нет сети. Данные на экране могли устареть.',
    staleSince: (time) => `Обновить не удалось. Показано состояние на ${time}.`,
    skipToContent: 'К содержимому',
    actingAs: (name: string, tenant: string) =>
      `Вы действуете как ${name} в ${tenant}. Это записывается.`,
    stopActing: 'Вернуться к себе',
  },
  nav: {
    label: 'Страницы',
    assistant: 'Ассистент',
    voice: 'Голос',
    sessions: 'Сеансы',
    knowledge: 'Знания',
    search: 'Поиск',
    evals: 'Оценка',
    assistants: 'Ассистенты',
    conversations: 'Беседы',
    flags: 'Флаги',
    experiments: 'Эксперименты',
    help: 'Помощь',
    members: 'Участники',
    teams: 'Команды',
    keys: 'Ключи API',
    applications: 'Приложения',
    roles: 'Роли',
    organization: 'Настройки',
    costs: 'Расходы',
    audit: 'Журнал аудита',
    traces: 'Трассировки',
    account: 'Учётная запись',
    overview: 'Обзор',
    platform: 'Платформа',
    manage: 'Организация',
    deployment: 'Развёртывание',
    more: 'Ещё',
  },
  account,
  palette: {
    open: 'Поиск страниц и действий',
    short: 'Поиск',
    placeholder: 'Куда перейти или что сделать?',
    empty: 'Ничего не найдено.',
    pages: 'Страницы',
    actions: 'Действия',
    documents: 'Документы',
    upload: 'Добавить документы',
    invite: 'Пригласить участника',
    newFlag: 'Создать флаг',
    newConversation: 'Начать новый разговор',
    themeOf: (theme) => `Тема: ${theme.toLowerCase()}`,
  },
  errors: {
    title: 'Что-то пошло не так',
    unauthenticated: 'Вы вышли из системы. Войдите снова, чтобы продолжить.',
    network: 'Сервер недоступен. Проверьте соединение и попробуйте снова.',
    rate_limited: 'Слишком много запросов. Подождите немного и попробуйте снова.',
    internal: 'Сбой на сервере. Если он повторится, сообщите номер запроса.',
    microphone_denied:
      'Доступ к микрофону для этого сайта закрыт. Разрешите его в адресной строке и начните снова. Писать можно и без него.',
    microphone_missing: 'Микрофон не найден. Подключите его или напишите ниже.',
    microphone_busy: 'Микрофон занят другой программой. Закройте её или напишите ниже.',
    microphone_failed: 'Микрофон не удалось открыть. Писать можно и без него.',
    connection_refused: 'Не удалось открыть голосовой сеанс. Попробуйте чуть позже.',
    disconnected: 'Связь прервалась. Начните снова, чтобы продолжить.',
    noAccess: 'Эта страница недоступна с вашей ролью.',
    forbidden: (role, permission) =>
      `Нужно право ${permission}, которого у роли «${role}» нет. Попросите владельца или администратора дать вам другую роль.`,
    lacking: (permission) => `Нужно право ${permission}, которого у вашей роли нет.`,
    notFound: 'Такой страницы нет.',
    goHome: 'К первой странице',
  },
  ...door,
  ways,
  traces,
  roles,
  permissions,
  keys,
  members,
  organization,
  rating,
  teams,
  ask,
  source,
  knowledge,
  voice,
  flag,
  flags: {
    title: 'Флаги',
    subtitle: 'Включайте и выключайте функции без выкладки.',
    create: 'Новый флаг',
    createTitle: 'Новый флаг',
    name: 'Имя',
    nameHint:
      'Строчные латинские буквы, цифры, точки, дефисы и подчёркивания, например voice_barge_in.',
    description: 'Описание',
    startEnabled: 'Включить сразу',
    value: 'Значение включённого флага',
    valueHint: 'Пока флаг выключен, каждый получает значение по умолчанию из своего кода.',
    table: 'Флаги функций',
    columns: { flag: 'Флаг', state: 'Состояние', value: 'Если включён', updated: 'Изменён' },
    on: 'Вкл.',
    off: 'Выкл.',
    toggleOf: (name) => `Включить или выключить ${name}`,
    deleteOf: (name) => `Удалить ${name}`,
    deleteTitle: 'Удалить этот флаг?',
    deleteHint: 'Код, который его спрашивает, получит своё значение по умолчанию.',
    typeName: (name) => `Введите ${name} для подтверждения`,
    deleted: (name) => `${name} удалён.`,
    rolledBack: (name) => `${name} не изменён.`,
    emptyTitle: 'Флагов пока нет',
    emptyHint: 'Флаг позволяет выложить код выключенным и включить его позже.',
    filter: 'Фильтр по имени',
    noMatch: 'Нет подходящих флагов.',
  },
  help,
}
