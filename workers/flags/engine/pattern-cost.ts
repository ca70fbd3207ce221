/**
 * Regular expressions of rules, which run inside requests on an engine that backtracks. A pattern is
 * admitted by what it could cost at the worst: every place where it can go on in more ways than one
 * multiplies the ways. This is an upper bound, so some harmless patterns are refused too.
 */
import { LimitError, LIMITS } from './limits.ts'
import { compilePattern } from './operators.ts'

/** Ways to match a text of n characters, at most `factor` · n^`degree`. */
interface Ways {
  factor: number
  degree: number
}

const QUANTIFIER = /^(?:([*+?])|\{(\d+)(,?)(\d*)\})\??/
/** What follows the bracket of a group that captures nothing, or has a name. */
const GROUP = /^\?(?:[:=!]|<[=!]|<[^>]*>|[a-z-]+:)/
/** @throws LimitError patternLength, patternSteps. A pattern that is none costs nothing: it never matches. */
export function admitPattern(text: string, at: string): void {
  if (text.length > LIMITS.patternLength) {
    throw new LimitError('patternLength', at, 'use $in, or several shorter patterns.')
  }
  if (!compilePattern(text, '')) return
  const { factor, degree } = new Reader(text, at).read()
  if (factor * LIMITS.patternText ** degree > LIMITS.patternSteps) {
    const advice = 'use fewer of * + ? { } and | in its pattern, and begin that with ^.'
    throw new LimitError('patternSteps', at, advice)
  }
}

/** Reads a pattern that is known to be valid. */
class Reader {
  readonly #text: string
  readonly #at: string
  #next = 0

  constructor(text: string, at: string) {
    this.#text = text
    this.#at = at
  }

  /** Unless it is bound to the beginning, a pattern is tried from every character on. */
  read(): Ways {
    const { factor, degree, branches } = this.#alternatives()
    const isAnchored = this.#text.startsWith('^') && branches === 1
    return { factor, degree: degree + (isAnchored ? 0 : 1) }
  }

  #alternatives(): Ways & { branches: number } {
    const all = { ...this.#sequence(), branches: 1 }
    while (this.#text[this.#next] === '|') {
      this.#next++
      const { factor, degree } = this.#sequence()
      all.factor += factor
      all.degree = Math.max(all.degree, degree)
      all.branches++
    }
    return all
  }

  #sequence(): Ways {
    const ways = { factor: 1, degree: 0 }
    while (this.#next < this.#text.length && !'|)'.includes(this.#text.charAt(this.#next))) {
      const { factor, degree } = this.#quantified(this.#atom())
      ways.factor *= factor
      ways.degree += degree
    }
    return ways
  }

  #atom(): Ways {
    const char = this.#text.charAt(this.#next++)
    if (char === '(') return this.#group()
    if (char === '[') this.#skipClass()
    if (char === '\\' && /[1-9k]/.test(this.#text.charAt(this.#next++))) {
      throw new LimitError('patternSteps', this.#at, 'a pattern may not refer back to its groups.')
    }
    return { factor: 1, degree: 0 }
  }

  #group(): Ways {
    this.#next += GROUP.exec(this.#text.slice(this.#next))?.[0].length ?? 0
    const ways = this.#alternatives()
    this.#next++
    return ways
  }

  #skipClass(): void {
    for (; this.#text[this.#next] !== ']'; this.#next++) {
      if (this.#text[this.#next] === '\\') this.#next++
    }
    this.#next++
  }

  #quantified(ways: Ways): Ways {
    const { factor, degree } = ways
    const found = QUANTIFIER.exec(this.#text.slice(this.#next))
    if (!found) return ways
    this.#next += found[0].length
    const { least, most } = boundsOf(found)
    if (factor === 1 && degree === 0) {
      return most === undefined ? { factor, degree: 1 } : { factor: most - least + 1, degree }
    }
    if (most !== undefined && most <= 1) return { factor: factor + 1 - least, degree }
    throw new LimitError('patternSteps', this.#at, 'what is repeated may not itself vary.')
  }
}

/** How often, at the least and at the most; undefined: without end. */
function boundsOf([, sign, low, comma, high]: RegExpExecArray) {
  if (sign === '?') return { least: 0, most: 1 }
  if (sign) return { least: sign === '+' ? 1 : 0, most: undefined }
  return { least: Number(low), most: comma && !high ? undefined : Number(high || low) }
}
