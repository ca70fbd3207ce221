import { expect, test } from 'vitest'
import { AssistantContent } from '../../../workers/assistant/assistant-schemas.ts'
import { diffContents } from '../../../workers/console/lib/content-diff.ts'

const contentOf = (fields: object) => AssistantContent.parse({ name: 'Desk', ...fields })

test('equal versions do not differ', () => {
  expect(diffContents(contentOf({}), contentOf({}))).toEqual([])
})

test('each field that differs is named, limits one by one', () => {
  const before = contentOf({ instructions: 'Be brief.', tools: ['calculate'] })
  const after = contentOf({ instructions: 'Be long.', limits: { max_turns: 3 } })
  expect(diffContents(before, after)).toEqual([
    { field: 'instructions', from: 'Be brief.', to: 'Be long.' },
    { field: 'tools', from: '["calculate"]', to: '—' },
    { field: 'limits.max_turns', from: '—', to: '3' },
  ])
})
