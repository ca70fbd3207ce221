/** Words of the page Reservations, which is opened later and must stay small: it brings its own alone. */
import { useMessages } from './locale.tsx'
import { reservations as en } from './reservations-en.ts'
import { reservations as ru } from './reservations-ru.ts'

/** By the code of their language. */
export const RESERVATIONS = { en, ru }

export const useReservationMessages = (): typeof en => (useMessages().locale === 'ru' ? ru : en)
