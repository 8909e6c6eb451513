"""Near misses of a formula: each is the source of a function with one thing in it turned.

A sign, a product for a quotient, an exponent or another number one higher, a factor c or sigma inverted, a bound
half as high again or two thirds as high. Indices stay.
"""

import ast
import copy
from collections.abc import Iterator

_OPPOSITE = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult}
_BOUNDS = (ast.Gt, ast.GtE, ast.Lt, ast.LtE)
_FACTORS = {"c", "σ", "sigma"}


def mutants(function: ast.FunctionDef) -> Iterator[ast.FunctionDef]:
    indices = {
        id(inner) for node in ast.walk(function) if isinstance(node, ast.Subscript) for inner in ast.walk(node.slice)
    }
    for number, node in enumerate(ast.walk(function)):
        for turned in _turned(node) if id(node) not in indices else ():
            mutant = copy.deepcopy(function)
            _replace(mutant, list(ast.walk(mutant))[number], turned)
            yield ast.fix_missing_locations(mutant)


def _turned(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.BinOp(op=op) if type(op) in _OPPOSITE:
            yield ast.BinOp(node.left, _OPPOSITE[type(op)](), node.right)
        case ast.UnaryOp(op=ast.USub()):
            yield node.operand
        case ast.Constant(value=int() | float()) if not isinstance(node.value, bool):
            yield ast.Constant(node.value + 1)
        case ast.Name(id=name, ctx=ast.Load()) if name in _FACTORS:
            yield ast.BinOp(ast.Constant(1), ast.Div(), node)
        case ast.Compare(ops=[op], comparators=[bound]) if isinstance(op, _BOUNDS):
            for factor in (1.5, 0.67):
                yield ast.Compare(node.left, [op], [ast.BinOp(ast.Constant(factor), ast.Mult(), bound)])


def _replace(tree: ast.AST, old: ast.AST, new: ast.AST) -> None:
    class Replace(ast.NodeTransformer):
        def visit(self, node):
            return new if node is old else self.generic_visit(node)

    Replace().visit(tree)
