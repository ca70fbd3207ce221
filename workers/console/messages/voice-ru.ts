/** The words of the page Voice, in Russian. */
import type { VoiceMessages } from './voice-en.ts'

export const voice: VoiceMessages = {
  title: 'Голос',
  subtitle: 'Говорите с вашими документами. Перебивать можно в любой момент.',
  start: 'Начать разговор',
  stop: 'Остановить',
  mute: 'Выключить микрофон',
  unmute: 'Включить микрофон',
  states: {
    idle: 'Готов начать',
    connecting: 'Соединение',
    listening: 'Слушаю',
    hearing: 'Слышу вас',
    thinking: 'Думаю',
    speaking: 'Говорю',
  },
  level: 'Уровень микрофона',
  transcript: 'Разговор',
  you: 'Вы',
  assistant: 'Ассистент',
  interrupted: 'Прервано',
  emptyTranscript: 'Здесь появится то, что говорите вы и ассистент.',
  type: 'Написать вместо разговора',
  send: 'Отправить',
}
