/** A log that never fills the disk: at most ten files of 100 MB, the newest without a number. */
import { closeSync, fstatSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

export interface LogFile {
  write(text: string): void
  /** The last lines written by this process, for an error message. */
  tail(): string
  close(): void
}

const TAIL_BYTES = 4096

/** @param options.maxBytes size at which a file is put aside @param options.files files kept in all */
export function openLogFile(
  path: string,
  { maxBytes = 100 * 1024 * 1024, files = 10 } = {},
): LogFile {
  mkdirSync(dirname(path), { recursive: true })
  let file = openSync(path, 'a', 0o600)
  let size = fstatSync(file).size
  let tail = ''
  return {
    write(text) {
      const chunk = Buffer.from(text)
      if (size > 0 && size + chunk.length > maxBytes) {
        closeSync(file)
        rotate(path, files)
        file = openSync(path, 'a', 0o600)
        size = 0
      }
      size += writeSync(file, chunk)
      tail = (tail + text).slice(-TAIL_BYTES)
    },
    tail: () => tail.trim().split('\n').slice(-15).join('\n'),
    close: () => closeSync(file),
  }
}

function rotate(path: string, files: number): void {
  rmSync(`${path}.${files - 1}`, { force: true })
  for (let number = files - 2; number >= 1; number -= 1) {
    rename(`${path}.${number}`, `${path}.${number + 1}`)
  }
  rename(path, `${path}.1`)
}

function rename(from: string, to: string): void {
  try {
    renameSync(from, to)
  } catch {
    // There are not that many yet.
  }
}
