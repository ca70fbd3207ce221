/** What short utterances mean by their words alone: the same as another, or only that somebody listens. */

/** Letters and digits, lower case, one space between words: how the same words are told to be the same. */
export const normalised = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{M}\p{N}]+/gu, ' ')
    .trim()

/** Longer ones say something. */
const MOST_WORDS = 3

/**
 * Sounds by which listeners tell a speaker to go on. "No", "wait" and their like are not among them, nor is
 * any question. After Schegloff, "Discourse as an interactional achievement" (1982): continuers.
 */
const CONTINUERS = new Set(
  [
    'uh huh uhhuh mm mmm hm hmm mhm mmhm hmhm ah aha oh ok okay k yeah yes yep yup right sure true exactly',
    'ja jo genau klar stimmt gut',
    'sí si claro vale ajá ya bueno',
    'oui ouais hum voilà bien',
    'sim tá certo',
    'да ага угу ясно понятно хорошо так мм ну',
    'نعم اه آه أه طيب تمام',
    'हाँ हां हूँ जी अच्छा ठीक है',
    '嗯 哦 对 好 是 啊 はい うん ええ 네 응 예',
  ].flatMap((words) => words.split(' ')),
)

/** Whether it only says that the assistant may go on. */
export function isBackchannel(text: string): boolean {
  const words = normalised(text).split(' ')
  return words[0] !== '' && words.length <= MOST_WORDS && words.every(isContinuer)
}

/** Scripts without spaces repeat a syllable: 嗯嗯. */
const isContinuer = (word: string): boolean =>
  CONTINUERS.has(word) ||
  (/^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Hangul}]+$/u.test(word) &&
    Array.from(word).every((syllable) => CONTINUERS.has(syllable)))
