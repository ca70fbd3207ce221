import { expect, test } from 'vitest'
import { createGate } from '../../../shared/breaker.ts'

const at = (ms: number) => new Date(ms)

test('after so many failures in a row it is left alone, then one caller tries', () => {
  const gate = createGate({ failures: 3, openMs: 1000 })
  expect([gate.fail(at(0)), gate.fail(at(0)), gate.isOpenTo(at(0)), gate.fail(at(0))]).toEqual([
    false,
    false,
    true,
    true,
  ])
  expect(gate.isOpenTo(at(999))).toBe(false)
  expect([gate.isOpenTo(at(1000)), gate.isOpenTo(at(1000))]).toEqual([true, false])
  expect(gate.fail(at(1001))).toBe(false)
  expect(gate.isOpenTo(at(2000))).toBe(false)
  expect([gate.isOpenTo(at(2001)), gate.succeed(), gate.succeed()]).toEqual([true, true, false])
  expect(gate.isOpenTo(at(2002))).toBe(true)
})

test('a success in between begins the count anew', () => {
  const gate = createGate({ failures: 2, openMs: 1000 })
  gate.fail(at(0))
  gate.succeed()
  gate.fail(at(0))
  expect(gate.isOpenTo(at(1))).toBe(true)
})
