"""One name in four places, thin views, and none of the ways around escaping, the CSRF check and the content policy."""

import ast
import re
from pathlib import Path

import pytest
from django.template.utils import get_app_template_dirs
from django.urls import URLPattern, get_resolver

from tests.test_architecture import LAYERS, ROOT

TEMPLATES = ROOT / "templates"

# Views without a template of their own name, with what they answer instead.
WITHOUT_PAGE = {
    "portal:health": "plain text for monitors",
    "portal:security_txt": "plain text for those who found a hole",
    "portal:audit_export": "a file",
    "followup:obstacle_paper": "a file",
    "followup:obstacle_paper_docx": "a file",
    "followup:obstacle_report": "the page of the obstacle",
    "portal:membership_history": "the page of object_history",
    "portal:party_history": "the page of object_history",
    "portal:connection_create": "the page of provider_login",
    "portal:saml_consume": "the page of provider_answer",
    "portal:saml_metadata": "a file",
    "portal:connection_delete": "the page of connection_list",
    "parties:invitation_open": "the page of invitation_answer",
    "parties:invitation_resend": "the page the invitation stands on",
    "parties:invitation_withdraw": "the page the invitation stands on",
    "agreements:addressee_withdraw": "the page of consultation_detail",
    "agreements:consultation_remind": "the page of consultation_detail",
    "agreements:consultation_document": "a file",
    "agreements:consultation_summary_pdf": "a file",
    "agreements:consultation_summary_docx": "a file",
    "agreements:response_file_download": "a file",
    "agreements:response_file_delete": "the page of response_files",
    "agreements:response_open": "the page of response_link",
    "agreements:response_link_submit": "the page of response_submit",
    "agreements:response_link_files": "the page of response_files",
    "agreements:response_link_file_download": "a file",
    "agreements:response_link_file_delete": "the page of response_files",
    "agreements:document_download": "a file",
    "agreements:block_move": "the page of drafting_detail",
    "agreements:draft_comment_resolve": "the page of draft_comment_list",
    "agreements:drafter_end": "the page of drafting_group",
    "agreements:drafter_invitation_withdraw": "the page of drafting_group",
    "agreements:text_comparison_pdf": "a file",
    "agreements:text_comparison_docx": "a file",
    "agreements:contribution_download": "a file",
    "agreements:situation_publish": "the page of situation_detail",
    "portal:leaving_confirm": "the page of leaving_effects",
    "portal:series_current": "leads to the agreement in force",
    "actionplans:activity_whole": "leads to lineage_detail",
    "followup:indicator_data": "a file",
    "governance:meeting_call": "the page of meeting_detail",
    "governance:meeting_bring": "the page of meeting_detail",
    "governance:meeting_end": "the page of meeting_detail",
    "governance:record_download": "a file",
    "portal:calendar_renew": "the page of mail_settings",
    "portal:calendar_feed": "a file",
    "portal:workbook_template": "a file",
    "portal:workbook_export": "a file",
    "portal:workbook_confirm": "the agreement's page, or the preview once more",
    "actionplans:activity_create": "the page of activity_edit, empty",
    "actionplans:activity_row": "a row of the page of edition_edit",
    "actionplans:activity_cell": "a row of the page of edition_edit",
    "actionplans:activity_move": "the page of edition_edit",
    "actionplans:activity_duplicate": "the page of activity_edit, on the copy",
    "actionplans:edition_bulk": "the page of edition_edit",
    "actionplans:edition_undo": "the page of edition_edit",
    "actionplans:edition_presence": "a part of the page of edition_edit",
    "actionplans:edition_checks": "a part of the page of edition_edit",
    "actionplans:comment_resolve": "the page the comment stands on",
    "actionplans:proposal_create": "the page of proposal_edit, empty",
    "actionplans:proposal_submit": "the proposal's page",
    "actionplans:proposal_comment": "the proposal's page",
    "actionplans:edition_withdraw": "the edition's page",
    "actionplans:activity_file_download": "a file",
    "actionplans:edition_export": "a file",
    "actionplans:edition_import_confirm": "the editor, or the preview once more",
    "actionplans:edition_compare_pdf": "a file",
    "actionplans:edition_compare_docx": "a file",
    "portal:work_badge": "the figure in the menu",
    "portal:session_end": "the page of session_list",
    "portal:session_end_all": "the page of session_list, or the log-in",
    "portal:session_left": "a notice on the page that lies open",
    "portal:session_keep": "a notice on the page that lies open",
    "followup:item_create": "the page of item_edit, empty",
    "followup:item_move": "the meeting's page",
    "followup:assignment_resume": "the page of assignment_detail",
    "followup:party_export": "a file",
    "followup:party_import_confirm": "the page of party_form, or the preview once more",
    "followup:round_open": "the round's page",
    "followup:round_start_review": "the round's page",
    "followup:report_submit": "the page of party_form",
    "followup:report_retract": "the page of party_form",
    "followup:report_field": "a part of the page of party_form",
    "followup:report_quick": "a part of the page of party_form",
    "followup:party_ready": "the page of party_form",
    "followup:party_retract": "the page of party_form",
    "followup:party_presence": "a part of the page of party_form",
    "followup:report_file_download": "a file",
    "followup:report_approve": "the page of report_review, on the next report",
    "followup:round_bulk": "the page of round_review",
    "followup:pack_create": "the page of round_pack",
    "followup:pack_send": "the page of round_pack",
    "followup:pack_download": "a file",
    "followup:round_data": "a file",
    "followup:assessment_agree": "the page of assessment_list",
}

# Functions that may be longer than the limit, with the reason.
LONG_VIEWS = {}
LONG_FUNCTIONS = {}

# Uses of what is otherwise forbidden, (file, word): reason.
ALLOWED = {
    ("portal/federation_views.py", "csrf_exempt"): "posted by the identity provider; counts for who had asked it",
    ("actionplans/fragment.py", "mark_safe"): "thousands of texts at once; test_reading holds what hostile ones become",
}
FORBIDDEN_IN_CODE = re.compile(r"\b(mark_safe|SafeString|csrf_exempt)\b")
FORBIDDEN_IN_TEMPLATES = re.compile(
    r"(\|\s*safe(?:seq)?\b|autoescape off|<style\b|\sstyle=|<script\b(?![^>]*\bsrc=)|\shx-on|\son[a-z]+=|javascript:)"
)


def own_views():
    """(URL name, view) of every view in our own packages, however deep the URL lies."""

    def walk(patterns, namespace=""):
        for pattern in patterns:
            if not isinstance(pattern, URLPattern):
                yield from walk(pattern.url_patterns, pattern.namespace or namespace)
            elif pattern.callback.__module__.split(".")[0] in LAYERS:
                yield f"{namespace}:{pattern.name}" if namespace else pattern.name, pattern.callback

    return list(walk(get_resolver().url_patterns))


def files(*patterns, folders=LAYERS):
    return sorted(path for folder in folders for pattern in patterns for path in (ROOT / folder).rglob(pattern))


def code():
    return [path for path in files("*.py") if "migrations" not in path.parts]


def templates():
    return files("*.html", "*.txt", folders=["templates"])


def functions(paths):
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text(), path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield path.relative_to(ROOT).as_posix(), node


def longer_than(limit, paths):
    """file:function → lines, without decorators, of the functions over the limit."""
    spans = ((f"{path}:{node.name}", node.end_lineno - node.lineno + 1) for path, node in functions(paths))
    return {name: lines for name, lines in spans if lines > limit}


def found(pattern, paths):
    """(file, word) of everything the pattern finds."""
    return {
        (path.relative_to(ROOT).as_posix(), word.strip())
        for path in paths
        for word in pattern.findall(path.read_text())
    }


def test_there_are_views():
    assert len(own_views()) > 3


@pytest.mark.parametrize(("name", "view"), own_views())
def test_view_and_url_share_a_name(name, view):
    assert view.__name__ == name.rpartition(":")[2]
    assert not hasattr(view, "view_class"), "views are functions"


@pytest.mark.parametrize(("name", "view"), own_views())
def test_view_and_template_share_a_name(name, view):
    template = TEMPLATES / view.__module__.split(".")[0] / f"{view.__name__}.html"
    assert template.exists() is (name not in WITHOUT_PAGE)


def test_views_without_page_exist():
    assert WITHOUT_PAGE.keys() <= dict(own_views()).keys()


def test_every_template_is_used():
    text = "\n".join(path.read_text() for path in [*code(), *templates()])
    named = set(re.findall(r"""["']([\w/.-]+\.(?:html|txt))["']""", text))
    overrides = {
        path.relative_to(folder).as_posix()
        for folder in map(Path, get_app_template_dirs("templates"))
        for path in folder.rglob("*.*")
    }
    packages_ask_for = {f"{status}.html" for status in (400, 403, 404, 429, 500)}  # Django, and allauth for 429
    present = {path.relative_to(TEMPLATES).as_posix() for path in templates()}
    assert present - named - overrides - packages_ask_for == set()


def test_escaping_and_checks_are_not_bypassed():
    assert found(FORBIDDEN_IN_CODE, code()) | found(FORBIDDEN_IN_TEMPLATES, templates()) == ALLOWED.keys()


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{{ text|safe }}", ["|safe"]),
        ("{{ text | safe }}", ["| safe"]),
        ('<p style="color: red">', [" style="]),
        ("<script>alert(1)</script>", ["<script"]),
        ('<script src="/static/portal.js" defer></script>', []),
        ('<button onclick="go()">', [" onclick="]),
        ('<div hx-on:click="go()">', [" hx-on"]),
        ('<a href="javascript:go()">', ["javascript:"]),
        ('<p class="style">{{ option }} on = off</p>', []),
    ],
)
def test_forbidden_template_text_is_found(line, words):
    assert FORBIDDEN_IN_TEMPLATES.findall(line) == words


def test_views_are_short():
    names = {f"{view.__module__.replace('.', '/')}.py:{view.__name__}" for _, view in own_views()}
    assert names & longer_than(25, code()).keys() == LONG_VIEWS.keys()


def test_functions_are_short():
    everything = [*code(), *files("*.py", folders=["bench", "tests", "tools"])]
    assert longer_than(40, everything).keys() == LONG_FUNCTIONS.keys()


def test_modules_are_named_after_what_they_do():
    vague = {"utils.py", "helpers.py", "common.py", "signals.py", "mixins.py"}
    assert [path for path in code() if path.name in vague] == []


def test_both_requirement_files_hold_the_same_versions():
    base, dev = (
        set(re.findall(r"^\S+==\S+", (ROOT / "requirements" / f"{name}.txt").read_text(), re.M))
        for name in ("base", "dev")
    )
    assert base - dev == set()


CLOCK = re.compile(r"(localdate|localtime|now|today)$")


def asked_at_import(node):
    """The lines of a module that ask what day or time it is while it is imported: all but those inside functions."""
    if isinstance(node, ast.Lambda):
        return []
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return [line for part in (*node.decorator_list, node.args) for line in asked_at_import(part)]
    here = [node.lineno] if isinstance(node, ast.Call) and CLOCK.search(ast.unparse(node.func)) else []
    return here + [line for part in ast.iter_child_nodes(node) for line in asked_at_import(part)]


@pytest.mark.parametrize(
    ("line", "asks"),
    [
        ("TODAY = timezone.localdate()", True), ("class A:\n    day = date.today()", True),
        ("def f(day=today()): pass", True), ("@parametrize([now()])\ndef f(): pass", True),
        ("def f():\n    return now()", False), ("f = lambda: now()", False), ("today = localdate", False),
    ],
)  # fmt: skip
def test_what_asks_the_day_at_import_is_found(line, asks):
    assert bool(asked_at_import(ast.parse(line))) == asks


def test_no_module_asks_the_day_at_import():
    """A run of the tests, and a process that serves, may go on past midnight."""
    folders = [*LAYERS, "tests", "tools"]
    paths = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    found = {str(path.relative_to(ROOT)): asked_at_import(ast.parse(path.read_text(), path)) for path in paths}
    assert {path: lines for path, lines in found.items() if lines} == {}


# What a window answers at once, about what stands there just then. Browser tests count rows with len(queryset).
READ_ONCE = {
    "all_inner_texts", "all_text_contents", "count", "evaluate", "get_attribute", "inner_html", "inner_text",
    "input_value", "is_checked", "is_disabled", "is_editable", "is_enabled", "is_hidden", "is_visible", "text_content",
    "title",
}  # fmt: skip


def reads_once(node, known=frozenset()):
    """Whether the expression reads a window without waiting, itself or through a name in ``known``."""
    for part in ast.walk(node):
        match part:
            case ast.Call(func=ast.Attribute(attr="count"), args=[_]):  # a list's
                continue
            case ast.Call(func=ast.Attribute(attr=name)) if name in READ_ONCE:
                return True
            case ast.Attribute(attr="url"):
                return True
            case ast.Name(id=name) if name in known:
                return True
    return False


def asserted_once(tree):
    """The lines that assert what a window showed at that moment: said in the assert, in a name, or in a helper."""
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    helpers = {
        function.name
        for function in functions
        for node in ast.walk(function)
        if isinstance(node, ast.Return) and node.value and reads_once(node.value)
    }
    lines = set()
    for function in functions:
        nodes = list(ast.walk(function))
        read = [node for node in nodes if isinstance(node, ast.Assign) and reads_once(node.value, helpers)]
        names = {target.id for node in read for target in node.targets if isinstance(target, ast.Name)}
        asserts = [node for node in nodes if isinstance(node, ast.Assert)]
        lines |= {node.lineno for node in asserts if reads_once(node.test, helpers | names)}
    return sorted(lines)


@pytest.mark.parametrize(
    ("lines", "refused"),
    [
        (["assert page.locator('h2').all_inner_texts() == titles"], [2]),
        (["assert page.url.endswith('/laget/')"], [2]),
        (["text = page.locator('main').inner_text()", "assert 'Sparat' in text"], [3]),
        (["def shown(): return page.locator('p').inner_text()", "assert shown() == 'Ja'"], [3]),
        (["expect(page.locator('h2')).to_have_text(titles)"], []),
        (["code = page.locator('.code').inner_text()", "page.get_by_label('Kod').fill(code)"], []),
        (["assert len(Report.objects.all()) == 2, page.url"], []),
        (["assert answers.count(200) == 1"], []),
    ],
)
def test_what_is_asserted_once_is_found(lines, refused):
    assert asserted_once(ast.parse("\n    ".join(["def test():", *lines]))) == refused


def test_browser_tests_expect_what_a_page_shows():
    """A click does not wait for the page it leads to: ``expect`` asks until it is there, an assert asks the old one."""
    found = {
        path.name: asserted_once(ast.parse(path.read_text(), path)) for path in files("*.py", folders=["tests/browser"])
    }
    assert {name: lines for name, lines in found.items() if lines} == {}


def test_no_test_empties_the_database():
    """A transaction that ends for real leaves an emptied database to the tests after it, the register of counties too.

    Whoever needs one asks a process of its own; browser tests have their own run.
    """
    flushing = re.compile(r"transaction=True|transactional_db|TransactionTestCase")
    paths = [path for path in files("*.py", folders=["tests"]) if "browser" not in path.parts]
    assert found(flushing, set(paths) - {Path(__file__)}) == set()
