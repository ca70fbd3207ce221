/** The words of what waits for approval, in Russian. */
import type { approvals as english } from './approvals-en.ts'

export const approvals: typeof english = {
  open: 'Одобрения',
  title: 'Одобрения',
  subtitle:
    'Изменения сегментов и исключений, которые одобряют другие. Черновики флага — на его странице.',
  list: {
    title: 'Предложения',
    hint: 'Одобряют другие, не автор. Когда одобрений столько, сколько просят среды, предложение можно опубликовать.',
    none: 'Ничто не ждёт одобрения.',
    details: 'Что изменится',
    published: 'Опубликовано.',
  },
  changes: {
    segment: (name) => `Сегмент ${name}`,
    segmentGone: (name) => `Сегмент ${name} удаляется`,
    override: (flag, unit, environment) => `Исключение ${flag} для ${unit} в ${environment}`,
    overrideGone: (flag, unit, environment) =>
      `Исключение ${flag} для ${unit} в ${environment} удаляется`,
  },
  propose: {
    title: 'Предложить изменение',
    hint: 'До публикации ничего не меняется.',
    kind: 'Изменение',
    kinds: {
      list: 'Сегмент по списку',
      condition: 'Сегмент по условию',
      segmentGone: 'Удалить сегмент',
      override: 'Исключение для одной единицы',
      overrideGone: 'Удалить исключение',
    },
    segment: 'Имя сегмента',
    attribute: 'Атрибут',
    values: 'Значения',
    valuesHint: 'По одному в строке.',
    condition: 'Условие (JSON)',
    conditionHint: 'Например, {"country": "NL"}.',
    environment: 'Среда',
    flag: 'Имя флага',
    comment: 'Почему',
    submit: 'Предложить',
    done: 'Предложено.',
  },
  needed: {
    title: 'Сколько одобрений нужно',
    hint: 'Сколько других людей должны одобрить изменение до публикации в среде; 0 — нисколько. Изменение этого числа есть в журнале аудита.',
    stands: (environment, needed) => `${environment}: ${needed}`,
    save: 'Сохранить',
    saveOf: (environment) => `Сохранить одобрения для ${environment}`,
    saved: 'Сохранено.',
  },
}
