/**
 * A session's settings under the protocol's own names: the defaults, what `session.update` may
 * change, and which of them this engine refuses by name rather than ignore.
 * https://developers.openai.com/api/reference/resources/realtime (session object, GA)
 */
import { z } from 'zod'
import { AudioFormat, PCM } from './audio-format.ts'
import { LIMITS } from './limits.ts'
import { InputItem } from './new-item.ts'
import { PLATFORM, type Tool, ToolChoice, Tools } from './tools.ts'
import { PAUSE_MS, UNSURE_MS } from './turn-end.ts'
import type { Detection } from './vad.ts'

const replies = {
  create_response: z.boolean().default(true),
  interrupt_response: z.boolean().default(true),
}

const ServerVad = z.strictObject({
  type: z.literal('server_vad'),
  threshold: z.number().min(0).max(1).default(0.5),
  prefix_padding_ms: z.int().min(0).max(5000).default(300),
  silence_duration_ms: z.int().min(100).max(10_000).default(500),
  /** Silence after a reply until the assistant speaks first. */
  idle_timeout_ms: z.int().min(5000).max(30_000).nullable().default(null),
  ...replies,
})

const SemanticVad = z.strictObject({
  type: z.literal('semantic_vad'),
  eagerness: z.enum(['low', 'medium', 'high', 'auto']).default('auto'),
  ...replies,
})

const TurnDetection = z.discriminatedUnion('type', [ServerVad, SemanticVad]).nullable()

/** One of the two; with `audio` the transcript comes along. */
const Modalities = z.tuple([z.enum(['text', 'audio'])])
export type Modality = z.infer<typeof Modalities>[0]

const Voice = z.string().min(1).max(64)
const Instructions = z.string().max(LIMITS.instructionsChars)
const MaxTokens = z.union([z.literal('inf'), z.int().min(1).max(4096)])

const Input = z.strictObject({
  format: AudioFormat.optional(),
  transcription: z
    .strictObject({
      model: z.string().optional(),
      language: z.string().max(16).nullish(),
      prompt: z.string().max(1024).nullish(),
    })
    .nullish(),
  noise_reduction: z.strictObject({ type: z.enum(['near_field', 'far_field']) }).nullish(),
  turn_detection: TurnDetection.optional(),
})

const Output = z.strictObject({
  format: AudioFormat.optional(),
  voice: Voice.optional(),
  speed: z.number().min(0.25).max(1.5).optional(),
})

/** What clients may send and the session only echoes, so that stock clients work unchanged. */
const echoed = {
  model: z.string().optional(),
  max_output_tokens: MaxTokens.optional(),
  parallel_tool_calls: z.boolean().optional(),
  tracing: z.unknown().optional(),
  truncation: z.unknown().optional(),
  prompt: z.null().optional(),
  include: z.array(z.string()).nullish(),
  reasoning: z.unknown().optional(),
}

export const SessionUpdate = z.strictObject({
  type: z.literal('realtime'),
  output_modalities: Modalities.optional(),
  audio: z.strictObject({ input: Input.optional(), output: Output.optional() }).optional(),
  instructions: Instructions.optional(),
  tools: Tools.optional(),
  tool_choice: ToolChoice.optional(),
  ...echoed,
})
export type SessionUpdate = z.output<typeof SessionUpdate>

/** A reply's own settings. */
export const ResponseCreate = z.strictObject({
  /** `none`: made beside the conversation, and no part of it. */
  conversation: z.enum(['auto', 'none']).optional(),
  /** What it is made from instead of the conversation. */
  input: z.array(InputItem).max(LIMITS.inputItems).optional(),
  output_modalities: Modalities.optional(),
  metadata: z.record(z.string().max(64), z.string().max(512)).nullish(),
  audio: z.strictObject({ output: Output.optional() }).optional(),
  tools: Tools.optional(),
  instructions: Instructions.optional(),
  tool_choice: ToolChoice.optional(),
  max_output_tokens: MaxTokens.optional(),
  parallel_tool_calls: z.boolean().optional(),
  reasoning: z.unknown().optional(),
  prompt: z.null().optional(),
})
export type ResponseCreate = z.output<typeof ResponseCreate>

interface Transcription {
  model: string
  /** ISO 639-1; a hint that makes transcription better and faster. */
  language?: string
  prompt?: string
}

/** As `session.created` and `session.updated` carry it, every default filled in. */
export interface Config {
  model: string
  output_modalities: [Modality]
  instructions: string
  tools: Tool[]
  tool_choice: ToolChoice
  max_output_tokens: number | 'inf'
  truncation: 'auto'
  audio: {
    input: {
      format: AudioFormat
      transcription: Transcription
      noise_reduction?: { type: 'near_field' | 'far_field' }
      turn_detection: z.output<typeof TurnDetection>
    }
    output: { format: AudioFormat; voice: string; speed: number }
  }
}

export interface Models {
  /** As the client asked for it; which models work is the deployment's to say. */
  model: string
  transcription: string
  voice: string
}

export function defaultConfig({ model, transcription, voice }: Models): Config {
  return {
    model,
    output_modalities: ['audio'],
    instructions: '',
    tools: [],
    tool_choice: 'auto',
    max_output_tokens: 'inf',
    truncation: 'auto',
    audio: {
      input: {
        format: PCM,
        transcription: { model: transcription },
        turn_detection: ServerVad.parse({ type: 'server_vad' }),
      },
      output: { format: PCM, voice, speed: 1 },
    },
  }
}

/** As the deployment has it, for whoever asks for `model`. */
export const defaultsOf = (
  env: { readonly TRANSCRIPTION_MODEL: string; readonly SPEECH_VOICE: string },
  model: string,
): Config =>
  defaultConfig({ model, transcription: env.TRANSCRIPTION_MODEL, voice: env.SPEECH_VOICE })

/** Fields that are absent stay as they are; objects with a `type` are replaced whole. */
export function updateConfig(config: Config, update: SessionUpdate): Config {
  const { input, output } = update.audio ?? {}
  return {
    ...config,
    output_modalities: update.output_modalities ?? config.output_modalities,
    instructions: update.instructions ?? config.instructions,
    tools: update.tools ?? config.tools,
    tool_choice: update.tool_choice ?? config.tool_choice,
    max_output_tokens: update.max_output_tokens ?? config.max_output_tokens,
    audio: {
      input: input ? updateInput(config.audio.input, input) : config.audio.input,
      output: output ? updateOutput(config.audio.output, output) : config.audio.output,
    },
  }
}

function updateOutput(
  known: Config['audio']['output'],
  update: z.output<typeof Output>,
): Config['audio']['output'] {
  const { format = known.format, voice = known.voice, speed = known.speed } = update
  return { format, voice, speed }
}

/** Null switches turn detection off; transcription stays on, for replies are made from it. */
function updateInput(
  known: Config['audio']['input'],
  update: z.output<typeof Input>,
): Config['audio']['input'] {
  const { noise_reduction: noise = known.noise_reduction } = update
  const { turn_detection: detection = known.turn_detection } = update
  const { language, prompt } = update.transcription ?? known.transcription
  return {
    format: update.format ?? known.format,
    transcription: {
      model: known.transcription.model,
      ...(language && { language }),
      ...(prompt && { prompt }),
    },
    ...(noise && { noise_reduction: noise }),
    turn_detection: detection,
  }
}

/** What the VAD is to listen for; null when the client commits by itself. */
export function detectionOf({ audio }: Config): Detection | null {
  const detection = audio.input.turn_detection
  if (!detection) return null
  if (detection.type === 'semantic_vad') {
    const silenceDurationMs = UNSURE_MS[detection.eagerness]
    return { threshold: 0.5, prefixPaddingMs: 300, silenceDurationMs, pauseMs: PAUSE_MS }
  }
  return {
    threshold: detection.threshold,
    prefixPaddingMs: detection.prefix_padding_ms,
    silenceDurationMs: detection.silence_duration_ms,
  }
}

/** What begins the name of a model that is an assistant: `assistant:help-desk`. */
const PREFIX = 'assistant:'

/** The assistant a model names, by id or slug; undefined when it is a model like any other. */
export const assistantIn = (model: string): string | undefined =>
  model.startsWith(PREFIX) ? model.slice(PREFIX.length) : undefined

/** Of an assistant, what clients of the session are shown; its instructions and tools are not theirs. */
export interface SpokenManner {
  language: string | null
  voice: string | null
  tools: readonly string[] | null
}

/** Its voice, its language as a hint for transcription, and the platform's tools unless it has none. */
export function configFor(config: Config, assistant: SpokenManner | undefined): Config {
  if (!assistant) return config
  const { language, voice, tools } = assistant
  const platform: Tool = {
    type: 'mcp',
    server_label: PLATFORM,
    allowed_tools: null,
    require_approval: 'never',
  }
  return updateConfig(config, {
    type: 'realtime',
    tools: tools?.length === 0 ? [] : [platform],
    audio: {
      input: language === null ? {} : { transcription: { language } },
      output: voice === null ? {} : { voice },
    },
  })
}
