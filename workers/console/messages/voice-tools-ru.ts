/** The words of what surrounds a conversation on the page Voice, in Russian. */
import type { VoiceToolMessages } from './voice-tools-en.ts'

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
