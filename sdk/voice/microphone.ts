/** The microphone as 40 ms frames of PCM16 at 24 kHz, whatever rate the device runs at. */
import { VoiceAssistError } from '../errors.ts'

export interface Microphone {
  setMuted: (muted: boolean) => void
  close: () => Promise<void>
}

export interface MicrophoneOptions {
  workletUrl: string
  deviceId?: string | undefined
  /** In place of a device. */
  stream?: MediaStream | undefined
  onFrame: (frame: Int16Array<ArrayBuffer>) => void
}

/** Names of getUserMedia's failures: W3C Media Capture and Streams 10.2. */
const REFUSALS: Record<string, { code: string; message: string }> = {
  NotAllowedError: {
    code: 'microphone_denied',
    message: 'The browser was not allowed to use the microphone.',
  },
  NotFoundError: { code: 'microphone_missing', message: 'No microphone was found.' },
  NotReadableError: {
    code: 'microphone_busy',
    message: 'The microphone is in use by another program.',
  },
}

function refusal(thrown: unknown): VoiceAssistError {
  const known = thrown instanceof Error ? REFUSALS[thrown.name] : undefined
  const code = known?.code ?? 'microphone_failed'
  const message = known?.message ?? 'The microphone could not be opened.'
  return new VoiceAssistError(message, { code, status: 0, requestId: null, cause: thrown })
}

/** Absent on pages that are not a secure context, whatever the type says. */
async function capture(deviceId: string | undefined): Promise<MediaStream> {
  const processing = { channelCount: 1, echoCancellation: true, noiseSuppression: true }
  const audio = { ...processing, ...(deviceId ? { deviceId: { exact: deviceId } } : {}) }
  try {
    return await navigator.mediaDevices.getUserMedia({ audio })
  } catch (thrown) {
    throw refusal(thrown)
  }
}

/** @throws VoiceAssistError microphone_denied | microphone_missing | microphone_busy | microphone_failed */
export async function openMicrophone(options: MicrophoneOptions): Promise<Microphone> {
  const stream = options.stream ?? (await capture(options.deviceId))
  const context = new AudioContext({ latencyHint: 'interactive' })
  await context.audioWorklet.addModule(options.workletUrl)
  await context.resume()
  const node = new AudioWorkletNode(context, 'voiceassist-microphone', { numberOfOutputs: 0 })
  node.port.addEventListener('message', ({ data }: MessageEvent<Int16Array<ArrayBuffer>>) => {
    options.onFrame(data)
  })
  node.port.start()
  context.createMediaStreamSource(stream).connect(node)
  return {
    setMuted: (muted) => {
      for (const track of stream.getAudioTracks()) track.enabled = !muted
    },
    close: () => {
      for (const track of stream.getTracks()) track.stop()
      return context.close()
    },
  }
}
