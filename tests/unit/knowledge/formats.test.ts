import { expect, test } from 'vitest'
import {
  decodeText,
  looksLike,
  mediaTypeOf,
  normalizeText,
} from '../../../workers/knowledge/formats.ts'

const utf16 = (text: string, littleEndian: boolean) => {
  const view = new DataView(new ArrayBuffer(text.length * 2))
  for (let at = 0; at < text.length; at++) view.setUint16(at * 2, text.charCodeAt(at), littleEndian)
  return new Uint8Array(view.buffer)
}

test.each([
  ['a.PDF', '', 'application/pdf'],
  ['a.b.markdown', 'text/plain', 'text/markdown'],
  ['notes', 'text/plain; charset=utf-8', 'text/plain'],
  ['a.exe', 'text/plain', undefined],
  ['', '', undefined],
])('the type of %s declared as "%s"', (name, declared, type) => {
  expect(mediaTypeOf(name, declared)).toBe(type)
})

test.each([
  ['UTF-8', new TextEncoder().encode('Grüße, мир')],
  ['UTF-8 with a mark', new TextEncoder().encode('\ufeffGrüße, мир')],
  ['UTF-16 with a mark', utf16('\ufeffGrüße, мир', true)],
  ['big-endian UTF-16 with a mark', utf16('\ufeffGrüße, мир', false)],
])('%s is read', (_name, bytes) => {
  expect(decodeText(bytes)).toBe('Grüße, мир')
  expect(looksLike('text/plain', bytes)).toBe(true)
})

test('UTF-16 is known without a mark, and what is no UTF-8 is read as Windows-1252', () => {
  expect(decodeText(utf16('plain words', true))).toBe('plain words')
  expect(decodeText(utf16('plain words', false))).toBe('plain words')
  expect(decodeText(Uint8Array.of(0x47, 0x72, 0xfc, 0xdf, 0x65, 0x80))).toBe('Grüße€')
})

test('a PDF may begin late, and a program is no text', () => {
  const encode = (text: string) => new TextEncoder().encode(text)
  expect(looksLike('application/pdf', encode('%PDF-1.7'))).toBe(true)
  expect(looksLike('application/pdf', encode(`${' '.repeat(1000)}%PDF-1.4`))).toBe(true)
  expect(looksLike('application/pdf', encode('MZ'))).toBe(false)
  expect(looksLike('text/markdown', Uint8Array.of(1, 0, 0, 2))).toBe(false)
})

test('line ends become one kind and what cannot be seen goes', () => {
  expect(normalizeText('a\r\nb\rc\u2028d\fe')).toBe('a\nb\nc\nd\ne')
  expect(normalizeText('in\u200bvi\u00adsi\u{e0041}ble\u202e\0\u0007')).toBe('invisible')
  expect(normalizeText('half \ud83d')).toBe('half \ufffd')
})
