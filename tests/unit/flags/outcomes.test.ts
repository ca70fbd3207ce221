/** Answers to all flags that were written once are given again, and never in the place of another. */
import { expect, test } from 'vitest'
import { answerOf, outcomesOf } from '../../../workers/flags/answers.ts'
import { evaluate } from '../../../workers/flags/engine/snapshot.ts'
import { compilePublished } from '../../../workers/flags/published.ts'

const rules = Array.from({ length: 20 }, (_, at) => ({
  id: `r${at}`,
  condition: { id: `u${at}` },
  force: at % 2 === 0 ? { at } : at,
}))
const features = { many: { defaultValue: 'none', rules }, off: { defaultValue: null } }
const payload = JSON.stringify({ features, flags: {}, savedGroups: {} })

test('the same outcome is the same text, also where a flag has more than are kept', () => {
  const published = compilePublished({ version: 1, sha256: '', payload })
  for (const id of [
    'u0',
    'u1',
    'u0',
    'u19',
    'nobody',
    'u19',
    'u18',
    'u2',
    'u3',
    'u5',
    'u7',
    'u19',
  ]) {
    const context = { attributes: { id } }
    const written = outcomesOf(published, context, 'server').map(({ text }) => JSON.parse(text))
    const fresh = [...published.flags.values()].map((flag) =>
      answerOf(flag, evaluate(published.snapshot, flag.key, context)),
    )
    expect(written).toEqual(fresh)
  }
})

test('what pages may not see is in no answer of theirs', () => {
  const published = compilePublished({ version: 1, sha256: '', payload })
  expect(outcomesOf(published, { attributes: {} }, 'client')).toEqual([])
})
