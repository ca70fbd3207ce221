/** The words of the list of rated answers, in Russian. */
import { count } from './plural-ru.ts'
import type { RatedMessages } from './rated-en.ts'

export const rated: RatedMessages = {
  open: 'Оценённые ответы',
  title: 'Оценённые ответы',
  subtitle: 'Как люди оценили ответы за последние 90 дней.',
  back: 'Все наборы',
  rating: 'Оценка',
  anyRating: 'Любая оценка',
  ranges: { low: 'от 0 до 2', middle: 'ровно 3', high: '4 и 5' },
  reason: 'Слова из пояснения',
  table: 'Оценённые ответы',
  columns: { rating: 'Оценка', question: 'Вопрос', when: 'Оценён' },
  nothing: 'Подходящих ответов нет.',
  abstained: 'подтверждения не нашлось',
  cited: (n) =>
    count(n, 'документ процитирован', 'документа процитированы', 'документов процитировано'),
  keep: 'Сохранить вопрос',
  keepOf: (question) => `Сохранить вопрос: ${question}`,
  keepTitle: 'Сохранить вопрос для проверки',
  keepHint:
    'Документы, которые видела модель. Отметьте верные; ни одного, если ни один не отвечает на вопрос.',
  noSets: 'Нет набора для базы знаний, которой задали этот вопрос: сначала создайте его.',
  gone: 'Документа больше нет',
}
