/**
 * What the assistant is saying, as the page plays it: at full level, lower while the user may be speaking,
 * held while the server finds out what was said, or cut. Which of these, the server decides; only the
 * lower level is decided here, for it must not wait for a network.
 */
import { fromBase64 } from './pcm.ts'
import type { Speaker } from './speaker.ts'

/** Low enough to hear oneself over it, loud enough not to seem gone. */
const DUCKED = 0.25

/** Root mean square of a frame of 40 ms, and frames in a row that are speech, or are its end. */
const LOUD = 0.05
const LOUD_FRAMES = 2
const QUIET_FRAMES = 8

export class Player {
  #speaker: Speaker | null = null
  /** Items that were cut; audio of theirs that is still on its way is not played. */
  readonly #cut = new Set<string>()
  /** The item that is sounding or was last; '' when the assistant is silent. */
  #item = ''
  #isSounding = false
  #isHeld = false
  #isDucked = false
  /** Frames in a row that speak against the present level. */
  #against = 0

  get isSounding(): boolean {
    return this.#isSounding
  }

  get isHeld(): boolean {
    return this.#isHeld
  }

  get hasSpeaker(): boolean {
    return this.#speaker !== null
  }

  open(speaker: Speaker): void {
    this.#speaker = speaker
  }

  async close(): Promise<void> {
    const speaker = this.#speaker
    this.#speaker = null
    this.#item = ''
    this.#isSounding = false
    this.#isHeld = false
    this.#isDucked = false
    await speaker?.close()
  }

  /** @returns whether it will be heard, or read, where there is no speaker */
  play(itemId: string, base64: string): boolean {
    if (this.#cut.has(itemId)) return false
    this.#item = itemId
    this.#isSounding = this.#speaker !== null
    this.#speaker?.play(itemId, fromBase64(base64))
    return true
  }

  /** All of it was played. */
  drained(): void {
    this.#isSounding = false
    this.#duck(false)
  }

  /** Nothing more is to come of the item. */
  rest(): void {
    this.#item = ''
  }

  /** Ends what is being said for good. @returns whether there was anything */
  cut(): boolean {
    if (this.#item === '') return false
    this.#cut.add(this.#item)
    this.#item = ''
    this.#isSounding = false
    this.#speaker?.clear()
    return true
  }

  /** Silence from here on, and nothing is lost. */
  hold(): void {
    this.#isHeld = true
    this.#level()
  }

  /** Goes on where it was held. */
  release(): void {
    this.#isHeld = false
    this.#isDucked = false
    this.#level()
  }

  /** How loud the user was in the last 40 ms. */
  hear(level: number): void {
    const isLoud = this.#isSounding && level > LOUD
    this.#against = isLoud === this.#isDucked ? 0 : this.#against + 1
    if (this.#against >= (this.#isDucked ? QUIET_FRAMES : LOUD_FRAMES)) this.#duck(isLoud)
  }

  #duck(isDucked: boolean): void {
    this.#against = 0
    if (isDucked === this.#isDucked) return
    this.#isDucked = isDucked
    this.#level()
  }

  #level(): void {
    this.#speaker?.setLevel(this.#isHeld ? 0 : this.#isDucked ? DUCKED : 1)
  }
}
