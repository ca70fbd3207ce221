/** The words of the page Voice, in English. */

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

export type VoiceMessages = typeof voice
