/** The words of rating an answer, in Russian. */
import type { RatingMessages } from './rating-en.ts'

export const rating: RatingMessages = {
  title: 'Оцените ответ от 0 до 5',
  scale: '0 — бесполезен, 5 — ровно то, о чём спрашивали.',
  reason: 'Почему (необязательно)',
  send: 'Отправить оценку',
  saved: (n) => `Оценка: ${n} из 5`,
}
