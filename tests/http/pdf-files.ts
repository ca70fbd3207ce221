/** PDF files of every kind the indexer meets, made on the spot. */
import { PDFDocument, PDFHexString, StandardFonts } from 'pdf-lib'

/** These lines on these pages; a line that begins with `# ` is set larger. */
export async function makePdf(pages: readonly (readonly string[])[], title?: string) {
  const document = await PDFDocument.create()
  const font = await document.embedFont(StandardFonts.Helvetica)
  if (title) document.setTitle(title)
  for (const lines of pages) {
    const page = document.addPage([595, 842])
    lines.forEach((line, index) => {
      const size = line.startsWith('# ') ? 20 : 11
      page.drawText(line.replace(/^# /, ''), { x: 50, y: 780 - index * 16, size, font })
    })
  }
  return new Uint8Array(await document.save())
}

/** One that asks for a password: its key check (O and U, ISO 32000-1 section 7.6.3) fits none. */
export async function makeEncryptedPdf() {
  const document = await PDFDocument.load(await makePdf([['Secret words.']]))
  const random = () => {
    const bytes = crypto.getRandomValues(new Uint8Array(32))
    return PDFHexString.of(Buffer.from(bytes).toString('hex'))
  }
  const { context } = document
  const standard = { Filter: 'Standard', V: 1, R: 2, O: random(), U: random(), P: -4 }
  context.trailerInfo.Encrypt = context.register(context.obj(standard))
  context.trailerInfo.ID = context.obj([random(), random()])
  return new Uint8Array(await document.save({ useObjectStreams: false }))
}

/** One pixel, as a scanner would deliver a page. */
const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

/** Pages that are pictures. */
export async function makeImagePdf() {
  const document = await PDFDocument.create()
  const image = await document.embedPng(PNG)
  document.addPage([595, 842]).drawImage(image, { x: 0, y: 0, width: 595, height: 842 })
  return new Uint8Array(await document.save())
}
