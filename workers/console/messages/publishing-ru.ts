/** The words of drafts, gates and publishing, in Russian. */
import type { PublishingMessages } from './publishing-en.ts'

export const publishing: PublishingMessages = {
  draft: 'Черновик',
  asDraft: 'Начать как черновик',
  draftHint: 'Вопросы людей не обращаются к ней до публикации; вы можете спросить её по имени.',
  open: 'Публикация',
  title: (name) => `Публикация: ${name}`,
  publishedAs: (version) => `опубликована в версии ${version}`,
  gate: 'Порог',
  gateHint: 'Чего должна достичь проверка набором на публикуемой версии.',
  set: 'Набор',
  noGate: 'Без порога',
  noSets: 'Нет набора для этой базы знаний: создайте его, чтобы задать порог.',
  least: 'Не меньше',
  measures: {
    ndcg: 'nDCG на 10',
    recall: 'Полнота на 10',
    citationPrecision: 'Точность ссылок',
    abstainedRightly: 'Верные отказы',
  },
  saveGate: 'Сохранить порог',
  met: 'Порог достигнут.',
  none: 'Ничего измерять не нужно.',
  unmeasured: (version) =>
    `Ни одна завершённая проверка не измерила версию ${version} с теми настройками, что у людей.`,
  missed: (measure, got, least) => `${measure}: ${got} из ${least}`,
  unknown: 'неизвестно',
  replaces: 'Вместо',
  nothing: 'Ничего',
  reason: 'Причина опубликовать всё равно',
  reasonHint: 'Она попадёт в журнал аудита.',
  publish: 'Опубликовать',
  published: (name) => `База «${name}» опубликована.`,
  withdraw: 'Вернуть в черновики',
  withdrawn: (name) => `База «${name}» теперь черновик.`,
}
