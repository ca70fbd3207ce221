/** Office files and archives of every kind the indexer meets, made on the spot. */
import { crc32, deflateRawSync } from 'node:zlib'

/** A ZIP archive of these parts, in order. */
export function makeZip(parts: Readonly<Record<string, string | Uint8Array>>) {
  const locals: Buffer[] = []
  const central: Buffer[] = []
  let offset = 0
  for (const [path, content] of Object.entries(parts)) {
    const raw = Buffer.from(content)
    const packed = deflateRawSync(raw)
    const name = Buffer.from(path)
    const shared = Buffer.alloc(26)
    shared.writeUInt16LE(20, 0)
    shared.writeUInt16LE(8, 4)
    shared.writeUInt32LE(crc32(raw), 10)
    shared.writeUInt32LE(packed.length, 14)
    shared.writeUInt32LE(raw.length, 18)
    shared.writeUInt16LE(name.length, 22)
    const local = Buffer.concat([Buffer.from('PK\u0003\u0004'), shared, name, packed])
    const tail = Buffer.alloc(14)
    tail.writeUInt32LE(offset, 10)
    central.push(Buffer.concat([Buffer.from('PK\u0001\u0002\u0014\0'), shared, tail, name]))
    locals.push(local)
    offset += local.length
  }
  const directory = Buffer.concat(central)
  const end = Buffer.alloc(22)
  end.write('PK\u0005\u0006', 0, 'latin1')
  end.writeUInt16LE(central.length, 8)
  end.writeUInt16LE(central.length, 10)
  end.writeUInt32LE(directory.length, 12)
  end.writeUInt32LE(offset, 16)
  return new Uint8Array(Buffer.concat([...locals, directory, end]))
}

const RELATIONS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'

const relations = (...targets: readonly (readonly [string, string, string])[]) =>
  `<Relationships>${targets
    .map(([id, type, target]) => {
      return `<Relationship Id="${id}" Type="${RELATIONS}/${type}" Target="${target}"/>`
    })
    .join('')}</Relationships>`

function makeOffice(main: string, type: string, parts: Readonly<Record<string, string>>) {
  const content = `application/vnd.openxmlformats-officedocument.${type}.main+xml`
  return makeZip({
    '[Content_Types].xml': `<Types><Override PartName="/${main}" ContentType="${content}"/></Types>`,
    '_rels/.rels': relations(['r1', 'officeDocument', main]),
    ...parts,
  })
}

/** @param body What is in `w:body`. */
export const makeDocx = (body: string, prologue = '') =>
  makeOffice('word/document.xml', 'wordprocessingml.document', {
    'word/document.xml': `<?xml version="1.0"?>${prologue}<w:document><w:body>${body}</w:body></w:document>`,
    'word/_rels/document.xml.rels': relations(['r1', 'styles', 'styles.xml']),
    'word/styles.xml':
      '<w:styles><w:style w:styleId="berschrift1"><w:name w:val="heading 1"/></w:style></w:styles>',
    'docProps/core.xml': '<cp:coreProperties><dc:title>Handbook</dc:title></cp:coreProperties>',
  })

export const word = (text: string, style = '') =>
  `<w:p>${style && `<w:pPr><w:pStyle w:val="${style}"/></w:pPr>`}<w:r><w:t>${text}</w:t></w:r></w:p>`

/** @param slides What is in each slide's shape tree. */
export function makePptx(slides: readonly string[]) {
  const targets = slides.map((_, index) => [`r${index}`, 'slide', `slides/s${index}.xml`] as const)
  return makeOffice('ppt/presentation.xml', 'presentationml.presentation', {
    'ppt/presentation.xml': `<p:presentation>${targets
      .map(([id]) => `<p:sldId r:id="${id}"/>`)
      .join('')}</p:presentation>`,
    'ppt/_rels/presentation.xml.rels': relations(...targets),
    ...Object.fromEntries(
      slides.map((slide, index) => [`ppt/slides/s${index}.xml`, `<p:sld>${slide}</p:sld>`]),
    ),
  })
}

export const shape = (placeholder: string, text: string) =>
  `<p:sp><p:ph type="${placeholder}"/><a:p><a:r><a:t>${text}</a:t></a:r></a:p></p:sp>`

/** One sheet. @param rows What is in `sheetData`. */
export const makeXlsx = (rows: string, strings: readonly string[] = []) =>
  makeOffice('xl/workbook.xml', 'spreadsheetml.sheet', {
    'xl/workbook.xml': '<workbook><sheets><sheet name="Doses" r:id="r1"/></sheets></workbook>',
    'xl/_rels/workbook.xml.rels': relations(
      ['r1', 'worksheet', 'worksheets/sheet1.xml'],
      ['r2', 'sharedStrings', 'sharedStrings.xml'],
      ['r3', 'styles', 'styles.xml'],
    ),
    'xl/worksheets/sheet1.xml': `<worksheet><sheetData>${rows}</sheetData></worksheet>`,
    'xl/sharedStrings.xml': `<sst>${strings.map((text) => `<si><t>${text}</t></si>`).join('')}</sst>`,
    'xl/styles.xml':
      '<styleSheet><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>',
  })

/** @param chapters XHTML bodies in reading order. */
export const makeEpub = (chapters: readonly string[], extra: Record<string, string> = {}) =>
  makeZip({
    mimetype: 'application/epub+zip',
    'META-INF/container.xml':
      '<container><rootfiles><rootfile full-path="OEBPS/book.opf"/></rootfiles></container>',
    'OEBPS/book.opf': `<package><metadata><dc:title>A Book</dc:title></metadata><manifest>${chapters
      .map((_, index) => `<item id="c${index}" href="text/c%20${index}.xhtml"/>`)
      .join('')}</manifest><spine>${chapters
      .map((_, index) => `<itemref idref="c${index}"/>`)
      .join('')}</spine></package>`,
    ...Object.fromEntries(
      chapters.map((body, index) => [
        `OEBPS/text/c ${index}.xhtml`,
        `<?xml version="1.0"?><!DOCTYPE html><html><head><title/></head><body>${body}</body></html>`,
      ]),
    ),
    ...extra,
  })
