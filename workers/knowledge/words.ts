/**
 * Words of languages that write none apart. Postgres keeps a run of Chinese or Japanese as one word; here
 * it is cut before, in what is indexed and in what is asked alike.
 */

const RUN = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー]+/gu
const segmenter = new Intl.Segmenter('zh', { granularity: 'word' })

/** The text with spaces between such words; every other text as it is. */
export const spaced = (text: string): string =>
  text.replace(RUN, (run) => {
    const words = Array.from(segmenter.segment(run), ({ segment }) => segment)
    return ` ${words.join(' ')} `
  })
