/** The voice detector as Node loads it; in workerd the module is part of the bundle. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { loadFvad } from '../../../workers/voice/fvad.ts'

const file = createRequire(import.meta.url).resolve('@echogarden/fvad-wasm/fvad.wasm')

// The types are workerd's, where nothing is compiled at run time.
const module: unknown = Reflect.construct(WebAssembly.Module, [readFileSync(file)])
if (!(module instanceof WebAssembly.Module)) throw new Error(`${file} is no module.`)

export const discernOne = loadFvad(module)
