/** The words of what surrounds a conversation on the page Voice, in English. */

export const voiceTools = {
  waveform: 'What is heard: you above, the assistant below',
  microphone: 'Microphone',
  systemMicrophone: 'The system’s own',
  device: (place: number) => `Microphone ${place}`,
  replay: 'Play a WAV file instead',
  replayFailed: 'The file could not be played.',
  agree: 'I agree that this session is recorded',
  recording: 'Recording',
  notRecording: {
    not_allowed: 'Not recorded: the organization does not allow it.',
    unavailable: 'Not recorded: the settings cannot be read now.',
    withdrawn: 'Not recorded any more.',
  } as Record<string, string>,
  latency: 'How long each turn took',
  turn: (place: number, ms: number) => `Turn ${place}: first sound after ${ms} ms`,
  stages: {
    vad: 'Silence waited for',
    stt: 'Transcription',
    rag: 'Search',
    llm_ttft: 'First words',
    tts_ttfb: 'First sound',
  },
  ms: (ms: number) => `${ms} ms`,
  download: 'Download the session',
}

export type VoiceToolMessages = typeof voiceTools
