/** PDF documents for the tests, a page per text. */
import { PDFDocument, StandardFonts } from 'pdf-lib'

/** @param pages text of each page; line breaks are kept, long lines are not broken */
export async function makePdf(pages: readonly string[]): Promise<Uint8Array<ArrayBuffer>> {
  const pdf = await PDFDocument.create()
  const font = await pdf.embedFont(StandardFonts.Helvetica)
  for (const text of pages)
    pdf.addPage().drawText(text, { x: 50, y: 780, size: 12, lineHeight: 15, font })
  return new Uint8Array(await pdf.save())
}
