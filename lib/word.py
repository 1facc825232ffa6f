"""A paper as a Word file: real headings, tables whose head is repeated on every page, Swedish, and a title."""

import re
from io import BytesIO

from django.utils.translation import gettext as _
from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from lib.typeset import png

INK, SOFT, PETROL = RGBColor(0x1B, 0x1F, 0x24), RGBColor(0x48, 0x52, 0x5B), RGBColor(0x08, 0x42, 0x4F)
FONT, LANGUAGE = "Calibri", "sv-SE"  # a font that everybody who has Word has
SIZES = {"Title": 22, "Heading 1": 15, "Heading 2": 12, "Heading 3": 10.5, "Normal": 10.5}
BETWEEN_FIGURES = re.compile(r"(?<=\d)-(?=\d)")
ROOM = Cm(16.6)  # between the margins of an A4 page


def docx(paper):
    """The Word file of a ``lib.paper.paper``, as bytes."""
    document = Document()
    _set_up(document, paper)
    document.add_paragraph(paper["kicker"]).runs[0].font.color.rgb = PETROL
    document.add_paragraph(paper["title"], style="Title")
    for part in paper["blocks"]:
        _ADD[part["kind"]](document, part)
    file = BytesIO()
    document.save(file)
    return file.getvalue()


def _set_up(document, paper):
    """Page, styles, header, footer, and what the file says of itself."""
    about = document.core_properties
    about.title, about.author, about.language = paper["title"][:255], paper["author"][:255], LANGUAGE
    about.subject, about.comments, about.keywords = paper["running"][:255], "", ", ".join(paper["marks"])
    for name, size in SIZES.items():
        style = document.styles[name]
        style.font.name, style.font.size, style.font.color.rgb = FONT, Pt(size), INK
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):  # a theme's font would win
            style.element.rPr.rFonts.attrib.pop(qn(f"w:{theme}"), None)
        style.paragraph_format.space_after = Pt(5)
        _speak_swedish(style.element.get_or_add_rPr())
    title = document.styles["Title"].element.pPr
    title.remove(title.find(qn("w:pBdr")))
    page = document.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.left_margin = page.right_margin = Cm(2.2)
    header = " · ".join(filter(None, (paper["running"], _registry(paper), *paper["marks"])))
    _small(page.header.paragraphs[0], header)
    document.styles["Footer"].paragraph_format.tab_stops.clear_all()
    footer = _small(page.footer.paragraphs[0], paper["date"] + "\t" + _("Sida") + " ")
    footer.paragraph_format.tab_stops.add_tab_stop(ROOM, WD_TAB_ALIGNMENT.RIGHT)
    _field(footer, "PAGE")
    footer.add_run(f" {_('av')} ")
    _field(footer, "NUMPAGES")


def _registry(paper):
    return f"{_('Dnr')} {paper['registry_number']}" if paper["registry_number"] else ""


def _speak_swedish(properties):
    """Spelling and reading aloud are in Swedish whatever the computer is set to."""
    language = OxmlElement("w:lang")
    for name in ("val", "eastAsia", "bidi"):
        language.set(qn(f"w:{name}"), LANGUAGE)
    properties.append(language)


def _small(paragraph, text):
    paragraph.alignment = WD_ALIGN_PARAGRAPH.LEFT
    paragraph.add_run(text)
    paragraph.style.font.size, paragraph.style.font.color.rgb = Pt(8.5), SOFT
    return paragraph


def _field(paragraph, code):
    """A number that Word works out: the page, or how many there are."""
    for kind, text in (("begin", ""), ("", code), ("end", "")):
        run = paragraph.add_run()
        element = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        else:
            element.text = text
        run._r.append(element)


def _add_heading(document, part):
    document.add_heading(part["text"], level=part["level"] - 1)


def _add_paragraph(document, part):
    paragraph = document.add_paragraph()
    _say(paragraph, part["text"])
    paragraph.paragraph_format.keep_with_next = part["style"] == "keep"
    if part["style"] == "lead":
        for run in paragraph.runs:
            run.font.size = Pt(13)


def _add_bullets(document, part):
    for text in part["items"]:
        paragraph = document.add_paragraph(style="List Bullet")
        paragraph.paragraph_format.space_after = Pt(2)
        _say(paragraph, text)


def _add_picture(document, part):
    """The drawing as dots: few versions of Word show drawings."""
    document.add_picture(BytesIO(png(part["svg"])), width=int(ROOM * part["share"]))
    about = document.inline_shapes[-1]._inline.docPr
    about.set("descr", part["description"])


def _add_contents(document, part):
    """The headings without pages: those only Word can tell, and it asks everybody who opens the file whether it may."""
    title = document.add_paragraph()
    title.add_run(part["title"]).bold = True
    title.runs[0].font.size = Pt(SIZES["Heading 1"])
    _add_bullets(document, {"items": [[{"text": heading, "mark": ""}] for heading in part["headings"]]})


def _add_break(document, part):
    document.add_page_break()


def _add_table(document, part):
    table = document.add_table(rows=1, cols=len(part["head"]))
    table.autofit = False
    _describe(table, part["title"])
    _draw_lines(table)
    shares = sum(part["widths"])
    widths = [int(ROOM * share / shares) for share in part["widths"]]
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    for cell, text, width in zip(table.rows[0].cells, part["head"], widths, strict=True):
        cell.width = width
        _fill(cell, [[{"text": text, "mark": "strong"}]])
        _keep_days_whole(cell)
        _shade(cell)
    repeat = OxmlElement("w:tblHeader")
    table.rows[0]._tr.get_or_add_trPr().append(repeat)
    for row in part["rows"]:
        cells = table.add_row().cells
        for cell, texts, width in zip(cells, row, widths, strict=True):
            cell.width = width
            _fill(cell, texts)
        for each in cells[0].paragraphs[0].runs:
            each.bold = True
    document.add_paragraph().paragraph_format.space_after = Pt(0)


def _keep_days_whole(cell):
    """Let no day of a column's head (2026-06-30) go on in the next line: Word breaks after every plain hyphen."""
    for run in cell.paragraphs[0].runs:
        first, *others = BETWEEN_FIGURES.split(run.text)
        run.text = first
        for text in others:
            run._r.append(OxmlElement("w:noBreakHyphen"))
            run.add_text(text)


def _describe(table, title):
    """What the table holds, for those who do not see it."""
    caption = OxmlElement("w:tblCaption")
    caption.set(qn("w:val"), title)
    table._tbl.tblPr.append(caption)


def _draw_lines(table):
    """Thin lines under the rows and some room in the cells; no boxes."""
    lines, room = OxmlElement("w:tblBorders"), OxmlElement("w:tblCellMar")
    for side in ("top", "bottom", "insideH"):
        line = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", "4"), ("space", "0"), ("color", "B9C4BE")):
            line.set(qn(f"w:{name}"), value)
        lines.append(line)
    for side, width in (("top", "40"), ("left", "100"), ("bottom", "40"), ("right", "100")):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), width)
        margin.set(qn("w:type"), "dxa")
        room.append(margin)
    following = ["w:tblLook", "w:tblCaption", "w:tblDescription"]  # Word wants these in a certain order
    table._tbl.tblPr.insert_element_before(room, *following)
    table._tbl.tblPr.insert_element_before(lines, "w:tblLayout", "w:tblCellMar", *following)


def _shade(cell):
    shade = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", "E9EFEB")):
        shade.set(qn(f"w:{name}"), value)
    cell._tc.get_or_add_tcPr().append(shade)


def _fill(cell, texts):
    """A paragraph per text; a cell always has one."""
    for number, text in enumerate(texts):
        paragraph = cell.add_paragraph() if number else cell.paragraphs[0]
        paragraph.paragraph_format.space_after = Pt(2)
        _say(paragraph, text)


def _say(paragraph, runs):
    for each in runs:
        run = paragraph.add_run(each["text"])
        _MARK[each["mark"]](run.font)


def _gone(font):
    font.strike, font.color.rgb = True, SOFT


def _come(font):
    font.underline, font.bold, font.color.rgb = True, True, PETROL


def _strong(font):
    font.bold = True


def _soft(font):
    font.color.rgb = SOFT


_MARK = {"": lambda font: None, "strong": _strong, "soft": _soft, "gone": _gone, "come": _come}
_ADD = {
    "heading": _add_heading, "paragraph": _add_paragraph, "bullets": _add_bullets, "table": _add_table,
    "picture": _add_picture, "contents": _add_contents, "break": _add_break,
}  # fmt: skip
