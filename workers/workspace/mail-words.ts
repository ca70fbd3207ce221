/** What mails say, in each language. Pure; how it is laid out is mail.ts. */
import type { Letter } from './mail.ts'
import type { Locale, MailData, MailMessage, Template } from './schemas.ts'

type Words = { [T in Template]: (data: MailData<T>) => Letter }

const IGNORE_EN = 'If this was not you, you can ignore this mail: nothing has changed.'
const IGNORE_RU = 'Если это были не вы, ничего делать не нужно: ничего не изменилось.'

const EN_CHANGES = {
  password: 'the password of your account was changed',
  email: 'the e-mail address of your account was changed',
  two_factor_on: 'two-factor sign-in was turned on for your account',
  two_factor_off: 'two-factor sign-in was turned off for your account',
  backup_codes: 'new backup codes were made for your account',
  passkey_added: 'a passkey that opens your account was added',
  passkey_removed: 'a passkey of your account was removed',
  login_linked: 'an account at another provider was linked, which now opens your account',
  login_unlinked: 'an account at another provider does not open your account any more',
}

const RU_CHANGES = {
  password: 'пароль вашей учётной записи изменён',
  email: 'адрес электронной почты вашей учётной записи изменён',
  two_factor_on: 'для вашей учётной записи включён вход с кодом',
  two_factor_off: 'для вашей учётной записи отключён вход с кодом',
  backup_codes: 'для вашей учётной записи созданы новые резервные коды',
  passkey_added: 'к вашей учётной записи добавлен ключ доступа',
  passkey_removed: 'из вашей учётной записи удалён ключ доступа',
  login_linked: 'привязан вход через внешнюю учётную запись',
  login_unlinked: 'отвязан вход через внешнюю учётную запись',
}

const RU_LIMITS = { daily: 'дневного', monthly: 'месячного' }

const en: Words = {
  'verify-email': ({ name }) => ({
    subject: 'Confirm your e-mail address',
    paragraphs: [
      `Hello ${name},`,
      'please confirm that this address is yours. The link works once.',
    ],
    action: 'Confirm the address',
    footnote: IGNORE_EN,
  }),
  'account-exists': ({ name }) => ({
    subject: 'You have an account already',
    paragraphs: [
      `Hello ${name},`,
      'somebody asked to sign up with this address, which has an account already. Sign in, or ask for a new password there.',
    ],
    action: 'Sign in',
    footnote: IGNORE_EN,
  }),
  'reset-password': ({ name }) => ({
    subject: 'Set a new password',
    paragraphs: [
      `Hello ${name},`,
      'a new password was asked for. The link works once, within an hour. It ends all your sessions.',
    ],
    action: 'Set a new password',
    footnote: IGNORE_EN,
  }),
  invitation: ({ organization, inviter }) => ({
    subject: `Invitation to ${organization}`,
    paragraphs: [`${inviter} invites you to ${organization} on VoiceAssist.`],
    action: 'See the invitation',
    footnote: 'If you do not know the sender, you can ignore this mail.',
  }),
  'security-notice': ({ name, change, at }) => ({
    subject: 'A change to your account',
    paragraphs: [`Hello ${name},`, `${EN_CHANGES[change]} (${timeOf(at)}).`],
    action: 'See your account',
    footnote: 'If this was not you, set a new password at once and end your other sessions.',
  }),
  'audit-alert': ({ tenant, fault }) => ({
    subject: 'An audit log is broken',
    paragraphs: [
      `The audit log of the tenant ${tenant} is not what was written (${fault}).`,
      'Keep the database and the checkpoints as they are, and run npm run audit:verify.',
    ],
    action: 'Open VoiceAssist',
    footnote: 'You get this mail because your account runs the platform.',
  }),
  'budget-alert': ({ organization, limit, percent, spent, of }) => ({
    subject: `${percent} % of the ${limit} budget of ${organization} is spent`,
    paragraphs: [
      `${dollars(spent, 'en')} of the ${limit} budget of ${dollars(of, 'en')} is spent.`,
      percent === 100
        ? 'Calls of models that do not fit into it are refused until it begins anew, or until you raise it.'
        : 'At 100 % calls of models are refused.',
    ],
    action: 'See the costs',
    footnote: 'You get this mail because you may change the budget.',
  }),
  'cost-anomaly': ({ organization, at, spent, usual }) => ({
    subject: `Unusual costs of ${organization}`,
    paragraphs: [
      `The hour from ${timeOf(at)} cost ${dollars(spent, 'en')} so far; the same hour of the 14 days before cost ${dollars(usual, 'en')} (median).`,
    ],
    action: 'See the costs',
    footnote: 'You get this mail because you may change the budget.',
  }),
  'provider-alert': ({ provider }) => ({
    subject: 'A provider refuses our key',
    paragraphs: [
      `The provider ${provider} does not accept the key of this deployment; the assistant does without it.`,
      'Give the deployment a valid key. This mail comes once an hour at most.',
    ],
    action: 'Open VoiceAssist',
    footnote: 'You get this mail because your account runs the platform.',
  }),
}

const ru: Words = {
  'verify-email': ({ name }) => ({
    subject: 'Подтвердите адрес электронной почты',
    paragraphs: [
      `Здравствуйте, ${name}!`,
      'Подтвердите, что этот адрес ваш. Ссылка действует один раз.',
    ],
    action: 'Подтвердить адрес',
    footnote: IGNORE_RU,
  }),
  'account-exists': ({ name }) => ({
    subject: 'У вас уже есть учётная запись',
    paragraphs: [
      `Здравствуйте, ${name}!`,
      'Кто-то хотел зарегистрироваться с этим адресом, но для него уже есть учётная запись. Войдите или запросите новый пароль.',
    ],
    action: 'Войти',
    footnote: IGNORE_RU,
  }),
  'reset-password': ({ name }) => ({
    subject: 'Новый пароль',
    paragraphs: [
      `Здравствуйте, ${name}!`,
      'Запрошен новый пароль. Ссылка действует один раз в течение часа и завершает все ваши сеансы.',
    ],
    action: 'Задать новый пароль',
    footnote: IGNORE_RU,
  }),
  invitation: ({ organization, inviter }) => ({
    subject: `Приглашение в ${organization}`,
    paragraphs: [`${inviter} приглашает вас в ${organization} на VoiceAssist.`],
    action: 'Открыть приглашение',
    footnote: 'Если вы не знаете отправителя, не отвечайте на это письмо.',
  }),
  'security-notice': ({ name, change, at }) => ({
    subject: 'Изменение в вашей учётной записи',
    paragraphs: [`Здравствуйте, ${name}!`, `Сообщаем: ${RU_CHANGES[change]} (${timeOf(at)}).`],
    action: 'Открыть учётную запись',
    footnote: 'Если это были не вы, немедленно задайте новый пароль и завершите другие сеансы.',
  }),
  'audit-alert': ({ tenant, fault }) => ({
    subject: 'Журнал аудита повреждён',
    paragraphs: [
      `Журнал аудита арендатора ${tenant} не совпадает с тем, что было записано (${fault}).`,
      'Сохраните базу данных и контрольные точки как есть и выполните npm run audit:verify.',
    ],
    action: 'Открыть VoiceAssist',
    footnote: 'Вы получили это письмо, потому что ваша учётная запись управляет платформой.',
  }),
  'budget-alert': ({ organization, limit, percent, spent, of }) => ({
    subject: `Потрачено ${percent} % ${RU_LIMITS[limit]} бюджета ${organization}`,
    paragraphs: [
      `Из ${RU_LIMITS[limit]} бюджета ${dollars(of, 'ru')} потрачено ${dollars(spent, 'ru')}.`,
      percent === 100
        ? 'Вызовы моделей, которые в него не помещаются, отклоняются, пока он не начнётся заново или пока вы его не увеличите.'
        : 'При 100 % вызовы моделей отклоняются.',
    ],
    action: 'Посмотреть расходы',
    footnote: 'Вы получили это письмо, потому что можете менять бюджет.',
  }),
  'cost-anomaly': ({ organization, at, spent, usual }) => ({
    subject: `Необычные расходы: ${organization}`,
    paragraphs: [
      `Час с ${timeOf(at)} уже стоил ${dollars(spent, 'ru')}; тот же час 14 предыдущих дней стоил ${dollars(usual, 'ru')} (медиана).`,
    ],
    action: 'Посмотреть расходы',
    footnote: 'Вы получили это письмо, потому что можете менять бюджет.',
  }),
  'provider-alert': ({ provider }) => ({
    subject: 'Поставщик не принимает наш ключ',
    paragraphs: [
      `Поставщик ${provider} не принимает ключ этой установки; ассистент обходится без него.`,
      'Задайте действующий ключ. Это письмо приходит не чаще раза в час.',
    ],
    action: 'Открыть VoiceAssist',
    footnote: 'Вы получили это письмо, потому что ваша учётная запись управляет платформой.',
  }),
}

const WORDS: Record<Locale, Words> = { en, ru }

export function words({ template, data, locale }: MailMessage): Letter {
  const letterOf = WORDS[locale][template]
  // Safe: MailMessage pairs each template with its own data.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see above
  return (letterOf as (data: MailMessage['data']) => Letter)(data)
}

const timeOf = (at: string) => `${at.slice(0, 16).replace('T', ' ')} UTC`

/** Millionths of a dollar, to the cent. */
const dollars = (microDollars: number, locale: Locale) =>
  new Intl.NumberFormat(locale, { style: 'currency', currency: 'USD' }).format(
    microDollars / 1_000_000,
  )
