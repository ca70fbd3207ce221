/** The voice detector of this isolate; the module is part of the bundle, as workerd wants it. */
import module from '@echogarden/fvad-wasm/fvad.wasm'
import { loadFvad } from '../workers/voice/fvad.ts'

export const discernOne = loadFvad(module)
