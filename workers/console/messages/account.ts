/** Words of the page Account, which is opened later and must stay small: it brings its own alone. */
import { myAccount as en } from './account-en.ts'
import { myAccount as ru } from './account-ru.ts'
import { useMessages } from './locale.tsx'

/** By the code of their language. */
export const ACCOUNT = { en, ru }

export const useAccountMessages = (): typeof en => (useMessages().locale === 'ru' ? ru : en)
