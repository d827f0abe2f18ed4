"""Excel files made of their XML, as Excel and as other programs write them."""

import io
import zipfile

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
HEADER = (
    '<row r="1"><c r="A1" t="inlineStr"><is><t>nummer</t></is></c><c r="B1" t="inlineStr"><is><t>namn</t></is></c>'
    '<c r="C1" t="inlineStr"><is><t>till</t></is></c></row>'
)


def xlsx(*sheets, extra=(), doctype="", formats=(), states=(), about=""):
    """A minimal Excel file; each sheet is its rows, or a whole part, in XML.

    Cell style 1 is a date, 2 a date with a time, 3 and on are `formats`; `states` are hidden, visible and the like;
    `about` stands in the workbook before the sheets.
    """
    count = range(1, len(sheets) + 1)
    state = {number: f' state="{each}"' for number, each in enumerate(states, start=1)}
    own = "".join(
        f'<numFmt numFmtId="{n}" formatCode="{code.replace(chr(34), "&quot;")}"/>'
        for n, code in enumerate(formats, 164)
    )
    styles = "".join(f'<xf numFmtId="{n}"/>' for n, _ in enumerate(formats, 164))
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">{about}<sheets>'
        + "".join(f'<sheet name="Blad{n}" sheetId="{n}"{state.get(n, "")} r:id="rId{n}"/>' for n in count)
        + "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        + "".join(
            f'<Relationship Id="rId{n}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n in count
        )
        + f'<Relationship Id="rId99" Type="{OFFICE}/styles" Target="styles.xml"/>'
        + f'<Relationship Id="rId98" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"><numFmts>{own}</numFmts><cellStyleXfs><xf numFmtId="9"/>'
        '</cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="22"/>'
        f"{styles}</cellXfs></styleSheet>",
    }
    for number, rows in enumerate(sheets, start=1):
        sheet = (
            rows if rows.startswith("<?") else f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'
        )
        parts[f"xl/worksheets/sheet{number}.xml"] = doctype + sheet
    return zipped({**parts, **dict(extra)})


def zipped(parts, compression=zipfile.ZIP_DEFLATED):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", compression) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return packed.getvalue()


def one(cells, row=2, **given):
    """A sheet with the header and one more row."""
    return xlsx(f'{HEADER}<row r="{row}">{cells}</row>', **given)


def text(place, words):
    """A cell with words."""
    return f'<c r="{place}" t="inlineStr"><is><t>{words}</t></is></c>'


def whole(rows, before="", after=""):
    """A whole sheet, with what stands before and after its rows."""
    return f'<?xml version="1.0"?><worksheet xmlns="{MAIN}">{before}<sheetData>{rows}</sheetData>{after}</worksheet>'
