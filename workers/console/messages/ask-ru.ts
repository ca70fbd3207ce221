/** The words of the page Ask and of the source text beside it, in Russian. */
import type { AskMessages, SourceMessages } from './ask-en.ts'
import { count } from './plural-ru.ts'

export const ask: AskMessages = {
  title: 'Вопросы',
  subtitle: 'Ответы берутся только из ваших документов, и каждый говорит, откуда он.',
  placeholder: 'Спросите о ваших документах',
  question: 'Ваш вопрос',
  send: 'Отправить',
  stop: 'Остановить',
  stopped: 'Остановлено. Ответ не полон.',
  newConversation: 'Новый разговор',
  emptyTitle: 'Что вы хотите узнать?',
  emptyHint: 'Попробуйте один из вопросов. Руководства проекта уже в базе знаний.',
  suggestions: [
    'How do I roll back a deploy?',
    'What is the identity worker?',
    'Where does the state live?',
  ],
  thinking: 'Поиск по документам',
  abstained: 'Подтверждения нет',
  abstainedHint: 'В документах нет ответа на это, поэтому ответа нет.',
  sources: 'Источники',
  citation: (n, title) => `Источник ${n}: ${title}`,
  page: (page) => `стр. ${page}`,
  copyAnswer: 'Скопировать ответ',
  cost: 'Стоимость ответа',
  tokens: (n) => count(n, 'токен', 'токена', 'токенов'),
  cached: 'из кэша',
  withheld: (n) =>
    `${count(n, 'утверждение', 'утверждения', 'утверждений')} без доказательства не показано`,
  stagesTitle: 'Время каждого этапа',
  stages: {
    versionMs: 'доступ',
    cacheMs: 'кэш',
    embedMs: 'вектор вопроса',
    searchMs: 'поиск',
    firstTokenMs: 'первые слова модели',
    modelMs: 'модель',
  },
}

export const source: SourceMessages = {
  label: 'Текст источника',
  passage: 'Процитированный отрывок',
  page: (page) => `Страница ${page}`,
  backToPassage: 'К отрывку',
  chunks: 'Отрывки',
  chunkList: 'Отрывки текста',
  chunk: (ordinal) => `Отрывок ${ordinal}`,
  characters: (n) => count(n, 'знак', 'знака', 'знаков'),
  run: (generation) => `Так текст разделил запуск ${generation}.`,
  noChunks: 'Своих отрывков нет: тот же текст есть в другом документе.',
}
