/** Gives the reader a file that was made in this page. */
export function saveFile(name: string, content: Blob): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(content)
  link.download = name
  link.click()
  // Firefox reads the address a moment after the click.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}
