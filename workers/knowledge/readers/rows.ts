/** Tables of any format as text: a line per row, cells parted by ` | `. */

/** A row as a line, undefined when it has no text. */
export function lineOfCells(cells: readonly string[]): string | undefined {
  const clean = cells.map((cell) => cell.replace(/\s+/g, ' ').trim())
  return clean.some(Boolean) ? clean.join(' | ').trimEnd() : undefined
}

/** Collects a table while its document is walked; what is in an inner table goes into the outer cell. */
export function createTable() {
  let depth = 0
  let rows: string[][] = []
  return {
    isOpen: () => depth > 0,
    begin(): void {
      depth++
    },
    beginRow(): void {
      if (depth === 1) rows.push([])
    },
    beginCell(): void {
      if (depth === 1) rows.at(-1)?.push('')
      else this.write(' ')
    },
    write(text: string): void {
      if (rows.length === 0) rows.push([])
      const row = rows.at(-1)
      if (row) row.push((row.pop() ?? '') + text)
    },
    /** @returns the table's lines once the outermost has ended */
    end(): string[] | undefined {
      depth = Math.max(0, depth - 1)
      if (depth > 0) return undefined
      const lines = rows.flatMap((row) => lineOfCells(row) ?? [])
      rows = []
      return lines
    },
  }
}
