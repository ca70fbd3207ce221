/** What the steps of OpenFeature's scenarios mean, for whichever SDK. */
import assert from 'node:assert/strict'
import type { PickleStep } from '@cucumber/messages'
import type { EvaluationDetails, JsonValue } from '@openfeature/server-sdk'

type FlagType = 'Boolean' | 'String' | 'Integer' | 'Float' | 'Object'
export type ProviderState = 'stable' | 'not ready' | 'error' | 'fatal' | 'stale'

interface Hook {
  before: () => void
  after: () => void
  finally: () => void
}

export interface Asked {
  type: FlagType
  key: string
  fallback: JsonValue
  context: Record<string, JsonValue>
  hooks: Hook[]
}

/** One SDK with a provider of ours behind it. */
export interface Sdk {
  provide: (state: ProviderState) => Promise<void>
  status: () => string
  evaluate: (asked: Asked) => Promise<EvaluationDetails<JsonValue>>
}

interface World {
  sdk: Sdk
  asked: Asked
  details: EvaluationDetails<JsonValue>
  calls: string[]
  /** The context as it was given. */
  before: string
}

type Step = (world: World, args: string[], table: string[][]) => unknown

/** As the scenarios write values; quotes in objects have a backslash. */
function valueOf(type: string, text: string): JsonValue {
  const plain = text.replaceAll(String.raw`\"`, '"')
  return type === 'String' ? plain : JSON.parse(plain)
}

function hookNamed(name: string, calls: string[]): Hook {
  const note = (stage: string) => () => void calls.push(`${stage} ${name}`)
  return { before: note('before'), after: note('after'), finally: note('finally') }
}

async function evaluate(world: World): Promise<void> {
  world.before = JSON.stringify(world.asked.context)
  world.details = await world.sdk.evaluate(world.asked)
}

const STEPS: [RegExp, Step][] = [
  [
    /^an? (stable|not ready|error|fatal|stale) provider$/,
    ({ sdk }, [state]) => sdk.provide(state as ProviderState),
  ],
  [
    /^a (\w+)-flag with key "(.*)" and a fallback value "(.*)"$/,
    ({ asked }, [type = '', key = '', fallback = '']) => {
      Object.assign(asked, { type, key, fallback: valueOf(type, fallback) })
    },
  ],
  [
    /^a context containing a key "(.*)", with type "(.*)" and with value "(.*)"$/,
    ({ asked }, [key = '', type = '', value = '']) =>
      void (asked.context[key] = valueOf(type, value)),
  ],
  [
    /^a context containing a key "(.*)" with null value$/,
    ({ asked }, [key = '']) => void (asked.context[key] = null),
  ],
  [
    /^an evaluation context with modifiable data$/,
    ({ asked }) => void (asked.context['nested'] = { list: [1] }),
  ],
  [
    /^evaluation options containing specific hooks$/,
    ({ asked, calls }) =>
      void asked.hooks.push(hookNamed('first', calls), hookNamed('second', calls)),
  ],
  [/^the flag was evaluated with details( using the evaluation options)?$/, evaluate],
  [
    /^the flag was evaluated with details asynchronously$/,
    async (world) => {
      const evaluated = evaluate(world)
      world.calls.push('went on')
      await evaluated.then(() => world.calls.push('evaluated'))
    },
  ],
  [
    /^the evaluation should complete without blocking$/,
    ({ calls }) => assert.deepEqual(calls, ['went on', 'evaluated']),
  ],
  [
    /^the resolved details value should be "(.*)"$/,
    ({ asked, details }, [value = '']) =>
      assert.deepEqual(details.value, valueOf(asked.type, value)),
  ],
  [
    /^the reason should be "(.*)"$/,
    ({ details }, [reason]) => assert.equal(details.reason, reason),
  ],
  [
    /^the error-code should be "(.*)"$/,
    ({ details }, [code]) => assert.equal(details.errorCode, code),
  ],
  [/^the flag key should be "(.*)"$/, ({ details }, [key]) => assert.equal(details.flagKey, key)],
  [/^the variant should be "(.*)"$/, ({ details }, [name]) => assert.equal(details.variant, name)],
  [
    /^the resolved metadata should contain$/,
    ({ details }, _args, [, ...rows]) => {
      for (const [key = '', type = '', value = ''] of rows) {
        assert.equal(details.flagMetadata[key], valueOf(type, value))
      }
    },
  ],
  [
    /^the provider status should be "(.*)"$/,
    ({ sdk }, [status]) => assert.equal(sdk.status(), status),
  ],
  [
    /^the specified hooks should execute during evaluation$/,
    ({ calls }) => assert.equal(calls.length, 6),
  ],
  [
    /^the hook order should be maintained$/,
    ({ calls }) =>
      assert.deepEqual(calls, [
        'before first',
        'before second',
        'after second',
        'after first',
        'finally second',
        'finally first',
      ]),
  ],
  [
    /^the original evaluation context should remain unmodified$/,
    ({ asked, before }) => assert.equal(JSON.stringify(asked.context), before),
  ],
  [
    /^the evaluation details should be immutable$/,
    ({ details }) => assert.ok(Object.isFrozen(details.flagMetadata)),
  ],
]

export async function runSteps(steps: readonly PickleStep[], sdk: Sdk): Promise<void> {
  const asked: Asked = { type: 'Boolean', key: '', fallback: false, context: {}, hooks: [] }
  const details = { flagKey: '', value: null, flagMetadata: {} }
  const world: World = { sdk, asked, details, calls: [], before: '' }
  for (const { text, argument } of steps) {
    const [known] = STEPS.filter(([pattern]) => pattern.test(text))
    if (!known) throw new Error(`There is no step for: ${text}`)
    const [pattern, run] = known
    const rows = argument?.dataTable?.rows ?? []
    const table = rows.map(({ cells }) => cells.map(({ value }) => value))
    await run(world, pattern.exec(text)?.slice(1) ?? [], table)
  }
}
