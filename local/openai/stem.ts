/**
 * Light stemming: forms of one English or Russian word mostly end alike. Pure. It cuts endings by
 * rule and knows no words, so it joins a few that differ and misses irregular forms.
 */

/** The stem of a word in lower case; words of other scripts and with digits come back as they are. */
export function stem(word: string): string {
  if (/^[a-z]+$/u.test(word)) return stemEnglish(word)
  if (/^[а-я]+$/u.test(word)) return stemRussian(word)
  return word
}

/** Ending and what stands in its place, longest first; the rest must keep a vowel and 3 letters. */
const ENGLISH_DERIVATIONS: readonly (readonly [ending: string, replacement: string])[] = [
  ['ization', 'ize'],
  ['isation', 'ize'],
  ['ational', 'ate'],
  ['fulness', 'ful'],
  ['ousness', 'ous'],
  ['iveness', 'ive'],
  ['ically', 'ic'],
  ['ation', 'ate'],
  ['ator', 'ate'],
  ['ality', 'al'],
  ['ivity', 'ive'],
  ['bility', 'ble'],
  ['ition', 'ite'],
  ['ical', 'ic'],
  ['ance', ''],
  ['ence', ''],
  ['ancy', ''],
  ['ency', ''],
  ['ment', ''],
  ['ness', ''],
  ['tion', 't'],
  ['sion', 's'],
  ['ally', 'al'],
  ['able', ''],
  ['ible', ''],
  ['ant', ''],
  ['ent', ''],
  ['ive', ''],
  ['ize', ''],
  ['ise', ''],
  ['ate', ''],
  ['ous', ''],
  ['ful', ''],
  ['ity', ''],
  ['ly', ''],
  ['al', ''],
  ['er', ''],
  ['or', ''],
  ['ic', ''],
  ['y', 'i'],
  ['e', ''],
]

/** Plurals and participles as in step 1 of Porter (1980), then one derivation, then a final e. */
function stemEnglish(word: string): string {
  if (word.length <= 3) return word
  let stemmed = withoutParticiple(withoutPlural(word))
  for (let turn = 0; turn < 2; turn++) {
    const rule = ENGLISH_DERIVATIONS.find(
      ([ending]) => stemmed.endsWith(ending) && isStem(stemmed.slice(0, -ending.length)),
    )
    if (!rule) break
    stemmed = stemmed.slice(0, -rule[0].length) + rule[1]
  }
  return stemmed
}

function withoutPlural(word: string): string {
  if (word.endsWith('sses')) return word.slice(0, -2)
  if (word.endsWith('ies') && word.length > 4) return `${word.slice(0, -3)}y`
  if (/(?:[xz]|ch|sh)es$/u.test(word)) return word.slice(0, -2)
  return /[^sui]s$/u.test(word) ? word.slice(0, -1) : word
}

function withoutParticiple(word: string): string {
  const rest = /^(.+?)(?:ing|ed)(?:ly)?$/u.exec(word)?.[1]
  if (!rest || !isStem(rest)) return word
  if (/(?:at|bl|iz|is|us|uc|ag|iv|v|c|rg|ng)$/u.test(rest)) return `${rest}e`
  return /([^aeioulsz])\1$/u.test(rest) ? rest.slice(0, -1) : rest
}

function isStem(rest: string): boolean {
  return rest.length >= 3 && /[aeiouy]/u.test(rest)
}

/**
 * Endings of declension and conjugation, the longest that fits, after the reflexive particle;
 * from the tables of the Snowball Russian stemmer, whose regions are here a least length of 3.
 */
const RUSSIAN_ENDINGS: ReadonlySet<string> = new Set(
  `ивши иями ывши ает ала али ало ами ать ают вши его ела ели ему ена ено ены ете еть ешь ией ием
    ила или ило ими ите ить ишь иям иях йте ого ому ует уть уют ыла ыли ыло ыми ыть яет ями ять
    яют ал ам ат ах ая ев ее еи ей ел ем ен ет ею ие ии ий ил им ит их ию ия ов ое ой ом ою ут ую
    ые ый ыл ых ье ью ья ют юю ям ят ях яя а е и й о у ы ь ю я`.split(/\s+/u),
)

/** Twice, for a noun may end like a verb: возвраты and возврат both come to возвр. */
function stemRussian(word: string): string {
  const plain = word.length > 4 ? word.replace(/(?:ся|сь)$/u, '') : word
  return withoutEnding(withoutEnding(plain)).replace(/нн$/u, 'н').replace(/ост$/u, '')
}

function withoutEnding(word: string): string {
  return word.slice(0, word.length - endingLength(word))
}

/** Length of the longest known ending that leaves three letters. */
function endingLength(word: string): number {
  for (let length = Math.min(4, word.length - 3); length > 0; length--) {
    if (RUSSIAN_ENDINGS.has(word.slice(-length))) return length
  }
  return 0
}
