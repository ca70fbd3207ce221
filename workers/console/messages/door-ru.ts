/** The words of the pages without a session, in Russian. */
import type { DoorMessages } from './door-en.ts'

export const door: DoorMessages = {
  signIn: {
    title: 'Вход в VoiceAssist',
    email: 'Почта',
    password: 'Пароль',
    submit: 'Войти',
    submitting: 'Выполняется вход',
    rejected: 'Почта и пароль не совпадают.',
    hint: 'При локальном запуске почта и пароль владельца показаны в терминале.',
    forgot: 'Забыли пароль?',
    code: 'Код',
    codeHint: 'Шесть цифр из приложения-аутентификатора или резервный код.',
    codeRejected: 'Код неверен или уже был использован.',
  },
  setup: {
    title: 'Настройка VoiceAssist',
    hint: 'Войти пока никто не может. Вы станете первым владельцем.',
    token: 'Токен настройки',
    tokenHint: 'Секрет SETUP_TOKEN этого развёртывания.',
    wrongToken: 'Токен настройки неверен.',
    organization: 'Организация',
    name: 'Ваше имя',
    submit: 'Создать владельца и войти',
  },
  recovery: {
    forgotTitle: 'Забыли пароль?',
    send: 'Прислать ссылку',
    sent: 'Если у этого адреса есть учётная запись, ссылка уже отправлена. Она действует один раз в течение часа.',
    resetTitle: 'Новый пароль',
    newPassword: 'Новый пароль',
    passwordHint: 'Не менее 8 знаков; лучше 15 и более.',
    resetSubmit: 'Сохранить пароль',
    resetDone: 'Новый пароль действует; все сеансы завершены.',
    verifyTitle: 'Подтверждение адреса',
    verifyHint: 'Нажмите кнопку, чтобы подтвердить, что адрес ваш.',
    verifySubmit: 'Подтвердить адрес',
    verifyDone: 'Адрес подтверждён.',
    toSignIn: 'Перейти ко входу',
  },
  invitation: {
    title: (tenant: string) => `Приглашение в ${tenant}`,
    invalidTitle: 'Это приглашение не действует',
    text: (inviter: string, email: string, role: string) =>
      `${inviter} приглашает ${email} с ролью ${role}.`,
    name: 'Ваше имя',
    accept: 'Принять приглашение',
    signInAs: (email: string) => `Сначала войдите как ${email}, затем откройте ссылку ещё раз.`,
  },
}
