"""Small breaks of a function, made in its syntax tree: what somebody could have written by mistake."""

import ast
import copy

# Calls that narrow what is asked for: without one, more is found.
NARROWING = {"filter", "exclude", "active", "open", "unanswered", "on", "visible_to", "editable_by", "shared_with"}
WITH_ARGUMENTS = {"filter", "exclude", "Q", "with_right"}
OTHER_RIGHT = {
    "SEE_PARTY": "REPORT", "REPORT": "SEE_PARTY", "APPROVE": "REPORT", "ADMINISTER": "COORDINATE",
    "COORDINATE": "SEE_PARTY", "SEE_AGREEMENT": "EDIT_AGREEMENT", "SEE_SUBMITTED": "SEE_AGREEMENT",
    "EDIT_AGREEMENT": "SEE_SUBMITTED", "DRAFT_AGREEMENT": "SEE_AGREEMENT",
}  # fmt: skip
OTHER_OPERATOR = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.And: ast.Or, ast.Or: ast.And,
    ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
}  # fmt: skip


def changed(node, **fields):
    """A copy of the node with other ``fields``."""
    return ast.copy_location(type(node)(**{**dict(ast.iter_fields(node)), **fields}), node)


def called(node):
    """The name that a call is of; empty for other nodes."""
    function = getattr(node, "func", None)
    return getattr(function, "attr", getattr(function, "id", ""))


def breaks_of_call(node):
    if called(node) in NARROWING and isinstance(node.func, ast.Attribute) and not is_super(node.func.value):
        yield f"utan {called(node)}", node.func.value
    if called(node) not in WITH_ARGUMENTS or len(node.args) + len(node.keywords) < 2:
        return
    for place in range(called(node) == "with_right" and 2, len(node.args)):
        left = [each for number, each in enumerate(node.args) if number != place]
        if called(node) != "with_right" or len(left) > 2:
            yield f"utan {ast.unparse(node.args[place])[:40]}", changed(node, args=left)
    for place, keyword in enumerate(node.keywords):
        left = [each for number, each in enumerate(node.keywords) if number != place]
        yield f"utan {keyword.arg}", changed(node, keywords=left)


def is_super(node):
    return called(node) == "super"


def breaks_of(node):
    """(what it is, what stands instead) for each break of one node."""
    if isinstance(node, ast.Call):
        yield from breaks_of_call(node)
    elif isinstance(node, ast.If | ast.IfExp):
        yield "villkoret vänt", changed(node, test=ast.UnaryOp(ast.Not(), node.test))
    elif isinstance(node, ast.comprehension) and node.ifs:
        yield "utan villkor", changed(node, ifs=[])
    elif isinstance(node, ast.BoolOp | ast.BinOp) and type(node.op) in OTHER_OPERATOR:
        yield "och ↔ eller", changed(node, op=OTHER_OPERATOR[type(node.op)]())
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.Invert):
        yield "utan inte", node.operand
    elif isinstance(node, ast.Compare) and type(node.ops[0]) in OTHER_OPERATOR:
        yield "annan jämförelse", changed(node, ops=[OTHER_OPERATOR[type(node.ops[0])](), *node.ops[1:]])
    elif isinstance(node, ast.Attribute) and getattr(node.value, "id", "") == "Right" and node.attr in OTHER_RIGHT:
        yield f"rätten {OTHER_RIGHT[node.attr]}", changed(node, attr=OTHER_RIGHT[node.attr])
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield f"{not node.value}", changed(node, value=not node.value)
    elif isinstance(node, ast.Raise) or (isinstance(node, ast.Expr) and not isinstance(node.value, ast.Constant)):
        yield "raden borta", ast.copy_location(ast.Pass(), node)


class Replaced(ast.NodeTransformer):
    """Puts ``new`` where the node number ``place`` of the walk stands."""

    def __init__(self, old, new):
        self.old, self.new = old, new

    def visit(self, node):
        return self.new if node is self.old else super().visit(node)


def functions(tree, names=()):
    """(names from the outside in, node) of each function of a module; those within functions belong to theirs."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            yield from functions(node, (*names, node.name))
        elif isinstance(node, ast.FunctionDef):
            yield (*names, node.name), node


def broken(tree, names):
    """(line, what, code of the function) for each break of the function that has these names."""
    function = dict(functions(tree))[names]
    skipped = {id(each) for part in (function.args, *function.decorator_list) for each in ast.walk(part)}
    for place, node in enumerate(ast.walk(function)):
        if id(node) in skipped:
            continue
        for number, (what, _new) in enumerate(breaks_of(node)):
            whole = copy.deepcopy(tree)
            old = list(ast.walk(dict(functions(whole))[names]))[place]
            new = list(breaks_of(old))[number][1]
            code = compile(ast.fix_missing_locations(Replaced(old, new).visit(whole)), "<mutant>", "exec")
            yield line_of(node, function), what, code_of(code, names)


def line_of(node, function):
    return getattr(node, "lineno", None) or getattr(getattr(node, "iter", None), "lineno", function.lineno)


def code_of(code, names):
    """The code of a function within that of its module."""
    for name in names:
        code = [each for each in code.co_consts if hasattr(each, "co_name") and each.co_name == name][-1]
    return code
