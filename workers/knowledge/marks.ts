/**
 * Finds the marks a model puts after its statements, `[k7f2 "exact words"]`, in text that arrives in
 * pieces of any size. What might still become a mark is held back until it is one or cannot be.
 */

export type MarkEvent =
  | { type: 'text'; text: string }
  | { type: 'mark'; sourceId: string; quote: string }
  /** Begun like a mark and never ended as one. */
  | { type: 'broken' }

/** What a mark begins with, as far as it goes. */
const OPENING = /^\[(?:[a-z0-9]{1,4}|[a-z0-9]{4} +"?)?$/
const MARK = /^\[([a-z0-9]{4}) +"((?:[^"\\]|\\[\s\S])*)" *\]/
const QUOTING = /^\[[a-z0-9]{4} +"/
/** Longer than any quote a chunk could hold. */
const MAX_MARK = 4500

export function createMarkParser() {
  let held = ''

  function* drain(last: boolean): Generator<MarkEvent> {
    while (held) {
      const at = held.indexOf('[')
      if (at !== 0) {
        yield { type: 'text', text: at === -1 ? held : held.slice(0, at) }
        held = at === -1 ? '' : held.slice(at)
        continue
      }
      const mark = MARK.exec(held)
      if (mark) {
        const [whole, sourceId = '', quote = ''] = mark
        yield { type: 'mark', sourceId, quote: quote.replace(/\\([\s\S])/g, '$1') }
        held = held.slice(whole.length)
      } else if (!last && mayBecomeMark(held)) return
      else yield giveUp()
    }
  }

  /** A bracket of another kind is text; a mark that broke off is nothing to show. */
  function giveUp(): MarkEvent {
    if (!QUOTING.test(held)) {
      held = held.slice(1)
      return { type: 'text', text: '[' }
    }
    const end = held.indexOf(']')
    held = end === -1 ? '' : held.slice(end + 1)
    return { type: 'broken' }
  }

  return {
    *push(text: string): Generator<MarkEvent> {
      held += text
      yield* drain(false)
    },
    /** The rest, once the model has ended. */
    *flush(): Generator<MarkEvent> {
      yield* drain(true)
    },
  }
}

function mayBecomeMark(held: string): boolean {
  if (!QUOTING.test(held)) return OPENING.test(held)
  return held.length < MAX_MARK && /^\[[a-z0-9]{4} +"(?:[^"\\]|\\[\s\S])*(?:\\|" *)?$/.test(held)
}
