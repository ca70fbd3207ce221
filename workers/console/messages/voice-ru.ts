/** The words of the page Voice, in Russian: the conversation itself, then what surrounds it. */
import type { VoiceMessages, VoiceToolMessages } from './voice-en.ts'

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

export const voiceTools: VoiceToolMessages = {
  waveform: 'Что слышно: сверху вы, снизу ассистент',
  microphone: 'Микрофон',
  systemMicrophone: 'Системный',
  device: (place) => `Микрофон ${place}`,
  replay: 'Проиграть файл WAV вместо микрофона',
  replayFailed: 'Не удалось проиграть файл.',
  agree: 'Я согласен на запись этого сеанса',
  recording: 'Идёт запись',
  notRecording: {
    not_allowed: 'Запись не идёт: организация её не разрешает.',
    unavailable: 'Запись не идёт: настройки сейчас недоступны.',
    withdrawn: 'Запись остановлена.',
  },
  latency: 'Сколько занял каждый ход',
  turn: (place, ms) => `Ход ${place}: первый звук через ${ms} мс`,
  stages: {
    vad: 'Ожидание тишины',
    stt: 'Распознавание',
    rag: 'Поиск',
    llm_ttft: 'Первые слова',
    tts_ttfb: 'Первый звук',
  },
  ms: (ms) => `${ms} мс`,
  download: 'Скачать сеанс',
}
