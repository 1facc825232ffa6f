"""The comparison as a paper: what it says, what it is marked with, and that no text can break it."""

import datetime
from io import BytesIO

import pytest
from docx import Document
from docx.oxml.ns import qn

from actionplans.comparison import compare
from actionplans.comparison_papers import comparison_paper
from lib import typeset, word
from lib.paper import heading, paper, run, table
from tests import factories as make
from tests.actionplans.pairs import carry, fill, pair

pytestmark = pytest.mark.django_db
DAY = datetime.date(2026, 1, 1)

HOSTILE = [
    '#panic("x") $x$ \\ `raw` *strong* _emph_ // away /* away */ <label> @reference [content] ~ -- "',
    "<script>alert(1)</script> &amp; ]]> {{ x }} {% y %}",
    "\U0001f600 \u0645\u0631\u062d\u0628\u0627 \u202eomvänt\u202c 漢字 e\u0301 \u200d\ufe0f \ue000",
    "kontroll\x07\x1b tecken",
    "o" * 4000,
    "=1+1",
    "\n\n\n",
    "",
]


def paper_of(old, new, **of_agreement):
    agreement = old.plan.agreement
    for name, value in of_agreement.items():
        setattr(agreement, name, value)
    return comparison_paper(compare(old, new), agreement)


def words(part):
    """All texts of a paper's part, marks forgotten."""
    if isinstance(part, dict):
        return [part["text"]] if "mark" in part else [word for each in part.values() for word in words(each)]
    return [word for each in part for word in words(each)] if isinstance(part, list) else [part]


def tables(paper):
    return [part for part in paper["blocks"] if part["kind"] == "table"]


def headings(paper):
    return [(part["level"], part["text"]) for part in paper["blocks"] if part["kind"] == "heading"]


def test_comparison_paper_says_which_editions_and_what_changes():
    old, new = pair(name="Handlingsplan")
    fill(old, new)
    paper = paper_of(make.adopt(old), new)
    assert paper["title"] == "Handlingsplan: från 2026:1 till 2026:2"
    assert [" ".join(words(row)) for row in tables(paper)[0]["rows"]] == [
        "Läge Fastställd Utkast",
        "Gäller 2026-01-01 – 2026-06-30 2026-07-01 – 2026-12-31",
        f"Beslut {old.decision.decided_on}, {old.decision.body.name} Inget beslut än",
        "Aktiviteter 8 7",
    ]
    assert headings(paper)[:3] == [(2, "Ändringarna i korthet"), (3, "Arbete"), (3, "Utan område")]
    struck = next(row for table in tables(paper) for row in table["rows"] if "struken" in words(row))
    assert words(struck)[1:] == ["struken", "Struken", f"{words(struck)[0]} stryks.", "Skäl: ", "Pengarna är slut."]


def test_comparison_paper_shows_new_activities_whole_and_texts_before_and_after():
    old, new = pair()
    carry(
        make.ActivityFactory(edition=old, number="A1", title="Ett", description="En text"), new, description="Två text"
    )
    make.ActivityFactory(edition=new, number="A2", title="Två", desired_effect="Fler får jobb")
    paper = paper_of(old, new)
    assert headings(paper)[2:] == [
        (2, "Nya aktiviteter"), (3, "A2 Två"), (2, "Texter före och efter"), (3, "A1 Ett"),
    ]  # fmt: skip
    whole, texts = tables(paper)[-2:]
    assert whole["head"] == ["Uppgift", "2026:2"]
    assert words(whole["rows"][0]) == ["Önskad effekt", "Fler får jobb"]
    marks = [[(run["text"], run["mark"]) for run in cell[0]] for cell in texts["rows"][0][1:]]
    assert marks == [[("En", "gone"), (" text", "")], [("Två", "come"), (" text", "")]]


def test_comparison_paper_says_together_what_belongs_together():
    old, new = pair()
    agency, heby = [make.ActorFactory(agreement=old.plan.agreement, name=name) for name in ("staten", "Heby kommun")]
    activity = make.ActivityFactory(
        edition=new, responsible=None, starts_on="2026-07-01", is_continuous=True, indicator="Antal",
        indicator_target="45", followed_up_how="I nätverket", followed_up_by=heby,
        milestones="2026-09-01 Ett\n2026-10-01 Två",
    )  # fmt: skip
    activity.participants.set([agency, heby])
    rows = [" ".join(words(row)) for row in tables(paper_of(old, new))[-1]["rows"]]
    assert rows == [
        "Medverkar Heby kommun, staten",
        "Tid 2026-07-01 – löpande",
        "Delmoment 2026-09-01 Ett\n2026-10-01 Två",
        "Indikator Antal, till 45",
        "Uppföljning I nätverket, Heby kommun",
    ]


@pytest.mark.parametrize(
    ("of_plan", "of_agreement", "state", "marks"),
    [
        ({}, {}, "adopted", []),
        ({}, {}, "draft", ["Utkast"]),
        ({}, {}, "proposed", ["Förslag, inte fastställt"]),
        ({"is_example": True}, {}, "adopted", ["Exempeldata"]),
        ({}, {"is_example": True}, "draft", ["Utkast", "Exempeldata"]),
    ],
)
def test_comparison_paper_is_marked(of_plan, of_agreement, state, marks):
    old, new = pair(**of_plan)
    new.state = state
    assert paper_of(make.adopt(old), new, **of_agreement)["marks"] == marks


def test_comparison_paper_bears_the_registry_number_of_the_decision():
    old, new = pair()
    body = make.MandateFactory(agreement=old.plan.agreement).body
    decision = make.DecisionFactory(body=body, agreement=old.plan.agreement, registry_number="123-2026")
    old.adopt(decision=decision, by=make.UserFactory())
    assert paper_of(old, new)["registry_number"] == "123-2026"


def test_comparison_paper_tells_nothing_internal():
    old, new = pair()
    activity = make.ActivityFactory(edition=old)
    for row in (activity, carry(activity, new, indicator="Antal")):
        make.InternalNoteFactory(activity=row, text="HEMLIGT")
        make.CommentFactory(activity=row, text="HEMLIGT")
    assert "HEMLIGT" not in str(paper_of(old, new))


@pytest.fixture
def hostile():
    """A paper in which every text is hostile somewhere."""
    old, new = pair(name='#panic("plan")')
    for number, text in enumerate(HOSTILE):
        activity = make.ActivityFactory(edition=old, number=f"A{number}", title=text[:250])
        carry(activity, new, description=text, title=f"{text} ny"[:250], change_reason=text[:1000])
        make.ActivityFactory(edition=new, number=f"N{number}", title=text[:250], description=text)
    return paper_of(old, new, short_name="#panic()")


def test_hostile_text_is_set_as_text(hostile):
    """typst checks PDF/UA-1 as it writes: a missing title or language, or a letter without a glyph, is an error."""
    assert typeset.pdf(hostile)[:5] == b"%PDF-"


def test_hostile_text_is_written_in_word(hostile):
    document = Document(BytesIO(word.docx(hostile)))
    cells = "\n".join(cell.text for table in document.tables for row in table.rows for cell in row.cells)
    for text in (HOSTILE[0], HOSTILE[1], "kontroll tecken", HOSTILE[4]):
        assert text in cells


def test_pdf_says_what_it_is():
    """Title, language and author in the file itself, a structure that is marked, and heads of tables that are heads."""
    old, new = pair(name="Handlingsplan")
    fill(old, new)
    made = typeset.pdf(paper_of(old, new))
    author = old.plan.agreement.coordinating_party.name
    for part in (
        "<pdfuaid:part>1</pdfuaid:part>",
        "Handlingsplan: från 2026:1 till 2026:2</rdf:li>",
        f"<rdf:li>{author}</rdf:li>",
        "/Lang(sv-SE)",
        "/Marked true",
        "/DisplayDocTitle true",
        "/S/TH",
    ):
        assert part.encode() in made


def test_headings_leave_no_level_out():
    blocks = [heading(4, "a"), heading(4, "b"), heading(2, "c"), heading(4, "d")]
    made = paper(blocks, title="", kicker="", author="", date=DAY, running="")
    assert [part["level"] for part in made["blocks"]] == [2, 3, 2, 3]


def test_half_letters_and_control_characters_are_left_out():
    assert run("a\x00\x07\ud800b\u2028c\u202e")["text"] == "ab\nc"


def test_letters_that_the_font_lacks_are_shown_as_such():
    assert typeset._settable(["å\U0001f600ö", "\u200d", {"text": "o" * 31}]) == [
        "å□ö",
        "",
        {"text": "o" * 30 + "\u200bo"},
    ]


def test_word_file_has_headings_heads_language_and_title():
    old, new = pair(name="Handlingsplan", is_example=True)
    fill(old, new)
    document = Document(BytesIO(word.docx(paper_of(old, new))))
    about = document.core_properties
    assert (about.title, about.language, about.author) == (
        "Handlingsplan: från 2026:1 till 2026:2", "sv-SE", old.plan.agreement.coordinating_party.name,
    )  # fmt: skip
    assert document.styles["Normal"].element.rPr.find(qn("w:lang")).get(qn("w:val")) == "sv-SE"
    styles = [paragraph.style.name for paragraph in document.paragraphs if paragraph.style.name != "Normal"]
    assert styles == ["Title", "Heading 1", "Heading 2", "Heading 2", "Heading 1", "Heading 2"]
    heads = [table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None for table in document.tables]
    assert heads == [True] * len(document.tables)
    assert all(table._tbl.tblPr.find(qn("w:tblCaption")) is not None for table in document.tables)
    header = document.sections[0].header.paragraphs[0].text
    assert header == f"{old.plan.agreement.short_name} · Handlingsplan · Utkast · Exempeldata"


def test_word_file_keeps_the_days_of_a_head_on_one_line():
    head = ["Version 2026-06-30", "2026:1", "hälso-"]
    made = paper(
        [table(head, [], widths=[1, 1, 1], title="")], title="", kicker="Prov", author="", date=DAY, running=""
    )
    cells = Document(BytesIO(word.docx(made))).tables[0].rows[0].cells
    assert [cell.text for cell in cells] == head
    assert [len(list(cell._tc.iter(qn("w:noBreakHyphen")))) for cell in cells] == [2, 0, 0]


def test_what_cannot_be_set_says_why():
    with pytest.raises(typeset.NotSet, match="unknown variable: saknas"):
        typeset.set_paper("#saknas", {}, format="pdf")
