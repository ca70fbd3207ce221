/** The words of the page Help, in Russian. */
import type { HelpMessages } from './help-en.ts'

export const help: HelpMessages = {
  title: 'Помощь',
  subtitle: 'Руководства, API и клавиатура.',
  guides: 'Руководства',
  reference: 'Справочник API',
  referenceHint: 'Все операции и их схемы.',
  openapi: 'Документ OpenAPI',
  keyboard: 'Клавиатура',
  shortcuts: {
    palette: 'Поиск страниц и действий',
    goTo: (page) => `Перейти: ${page}`,
    filter: 'Фильтр списка',
    help: 'Эта страница',
    escape: 'Закрыть открытое',
  },
}
