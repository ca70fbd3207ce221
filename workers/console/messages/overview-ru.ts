/** The words of the overview, in Russian. */
import type { OverviewMessages } from './overview-en.ts'
import { count } from './plural-ru.ts'

export const overview: OverviewMessages = {
  title: 'Обзор',
  subtitle: 'Запросы всех организаций вместе и то, от чего зависит платформа.',
  period: 'Период',
  periods: { '1h': '1 час', '6h': '6 часов', '24h': '24 часа', '7d': '7 дней', '30d': '30 дней' },
  requests: 'Запросы',
  failed: 'Сбои',
  refused: 'Отказы',
  p95: '95 % не дольше',
  version: (version) => `Версия ${version}`,
  traffic: {
    title: 'Запросы',
    hint: 'С ответом, с отказом (4xx) и со сбоем (5xx).',
    answered: 'С ответом',
    summary: (requests, failed) =>
      `${count(requests, 'запрос', 'запроса', 'запросов')}, сбоев: ${failed}`,
  },
  latency: {
    title: 'Задержка',
    hint: 'За сколько отвечено на половину и на 95 из 100 запросов.',
    median: 'Половина',
    p95: '95 из 100',
    summary: (time) => `95 из 100 запросов не дольше ${time}`,
    none: 'Ничего не измерено.',
  },
  dependencies: {
    title: 'Зависимости',
    hint: 'Опрашиваются не чаще раза в две секунды.',
    up: 'Отвечает',
    down: 'Не отвечает',
    names: {
      database: 'База данных',
      vector: 'Векторный поиск',
      redis: 'Кэш',
      queue: 'Очередь',
      r2: 'Хранилище файлов',
      identity: 'Worker identity',
    },
  },
  journeys: {
    title: 'Пути',
    hint: (days) =>
      `Как далеко дошли посетители консоли за ${days} дн. Каждый считается раз в день, без имени.`,
    none: 'Пока никто не начинал.',
    names: { question: 'Вопрос', document: 'Новые знания', call: 'Разговор' },
    steps: {
      login: 'Вход',
      query: 'Вопрос задан',
      result: 'Ответ получен',
      upload: 'Загружено',
      indexed: 'Находится',
      cited: 'Процитировано',
      call: 'Звонок начат',
      turn: 'Первый ответ',
      completed: 'Завершён',
    },
    dropped: (visitors) => `дальше не пошли: ${visitors}`,
    daily: (journey, finished, began) => `${journey} по дням: до конца ${finished} из ${began}`,
  },
  changes: {
    title: 'Последние изменения',
    hint: 'В этой организации; попавшие в период отмечены на графиках.',
    none: 'Ничего не менялось.',
    all: 'Журнал аудита',
  },
}
