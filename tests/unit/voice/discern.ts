/** The voice detector as Node loads it; in workerd the module is part of the bundle. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { loadFvad } from '../../../workers/voice/fvad.ts'

const file = createRequire(import.meta.url).resolve('@echogarden/fvad-wasm/fvad.wasm')

export const discernOne = loadFvad(new WebAssembly.Module(readFileSync(file)))
