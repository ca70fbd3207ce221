/** The words of the page Voice, in English: the conversation itself, then what surrounds it. */

export const voice = {
  title: 'Voice',
  subtitle: 'Talk with your documents. Interrupt whenever you like.',
  start: 'Start talking',
  stop: 'Stop',
  mute: 'Mute',
  unmute: 'Unmute',
  states: {
    idle: 'Ready to start',
    connecting: 'Connecting',
    listening: 'Listening',
    hearing: 'Hearing you',
    thinking: 'Thinking',
    speaking: 'Speaking',
  },
  level: 'Microphone level',
  transcript: 'Conversation',
  you: 'You',
  assistant: 'Assistant',
  interrupted: 'Interrupted',
  emptyTranscript: 'What you and the assistant say appears here.',
  type: 'Type instead of talking',
  send: 'Send',
}

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

export type VoiceMessages = typeof voice
export type VoiceToolMessages = typeof voiceTools
