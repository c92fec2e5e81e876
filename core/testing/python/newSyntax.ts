/** Syntax that came with Python 3.8 to 3.14, and the names of the module's scope. */
export interface SyntaxProbe {
  proposal: string;
  /** The first Python that takes it. */
  since: string;
  source: string;
  names: string[];
}

function probe(proposal: string, since: string, source: string, names: string): SyntaxProbe {
  return { proposal, since, source, names: names.split(' ').filter(name => name !== '') };
}

export const SYNTAX_PROBES: readonly SyntaxProbe[] = [
  probe('PEP 572 in a call', '3.8', 'f(a := 1, b=(c := 2))', 'f a c'),
  probe('PEP 572 in a condition', '3.8', 'while chunk := read(): use(chunk)', 'chunk read use'),
  probe('PEP 572 in a comprehension', '3.8', 'r = [last := x for x in xs]', 'r last xs'),
  probe('PEP 570', '3.8', 'def f(a, /, b, *, c): pass\ng = lambda x, /, y=1: x', 'f g'),
  probe('f-string =', '3.8', 's = f"{a=} {b = !r:>{w}}"', 's a b w'),
  probe('PEP 585', '3.9', 'x: list[dict[str, int]] = []', 'x list dict str int'),
  probe('PEP 614', '3.9', '@buttons[0].clicked.connect\ndef f(): pass', 'buttons f'),
  probe('PEP 614, lambda', '3.9', '@(lambda f: f)\nclass C: pass', 'C'),
  probe('PEP 646, in a tuple', '3.11', 'x = a[*b, 1]', 'x a b'),
  probe('unparenthesised tuple in return and yield', '3.8', 'def f(r):\n    return 1, *r', 'f'),
  probe('set and walrus', '3.10', 's = {x := 1, 2}\nt = a[y := 0]', 's x t a y'),
  probe('with in parentheses', '3.9', 'with (open(a) as f, open(b) as g,): pass', 'open a f b g'),
  probe('with in parentheses, one', '3.9', 'with (open(a) as f): pass', 'open a f'),
  probe('with of a tuple', '3.9', 'with (a, b) as c: pass', 'a b c'),
  probe(
    'PEP 634',
    '3.10',
    [
      'match command.split():',
      '    case ["go", direction] if direction in exits: pass',
      '    case Point(x=0, y=Point(z=rest)) | {"k": _, **rest}: pass',
      '    case [Color.RED, -1, -1.5 + 2j, "a" "b", None] as whole: pass',
      '    case (first, *others): pass',
      '    case _: pass'
    ].join('\n'),
    'command direction exits Point rest Color whole first others'
  ),
  probe('PEP 634, tuple subject', '3.10', 'match a, *b:\n    case 1, *c: pass', 'a b c'),
  probe(
    'match as a name',
    '3.10',
    'match = re.match(p)\nmatch[0]\nmatch(x)\nprint(match.group)',
    'match re p x print'
  ),
  probe('case, type and _ as names', '3.10', 'case = type = _ = 1\ncase(type, _)', 'case type _'),
  probe('match on a name in parentheses', '3.10', 'match (x):\n    case (y): pass', 'x y'),
  probe('PEP 604', '3.10', 'def f(a: int | None = None) -> str | bytes: ...', 'f int str bytes'),
  probe('PEP 646', '3.11', 'def f(*args: *Ts) -> tuple[*Ts]: ...', 'f Ts tuple'),
  probe('PEP 646, subscript', '3.11', 'a[*b] = c[*d, *e]', 'a b c d e'),
  probe('PEP 654', '3.11', 'try: pass\nexcept* (A, B) as e: pass\nexcept *C: pass', 'A B e C'),
  probe(
    'PEP 695, function',
    '3.12',
    'def f[T: (int, str), *Ts, **P](a: T, *b: *Ts) -> T: ...',
    'f'
  ),
  probe('PEP 695, class', '3.12', 'class C[T](Base[T], metaclass=M): x: T', 'C'),
  probe('PEP 695, alias', '3.12', 'type Point = tuple[float, float]', 'Point'),
  probe('PEP 695, generic alias', '3.12', 'type A[T: int, *Ts, **P] = B[T, *Ts, P]', 'A'),
  probe(
    'type as a name',
    '3.12',
    'type(self).x = 1\ntype[0] = 2\ntype = 3\ntype.y = type (z)',
    'type self z'
  ),
  probe('PEP 701, quotes', '3.12', `s = f"{a["b"]} {", ".join(f'{x}' for x in xs)}"`, 's a xs'),
  probe(
    'PEP 701, backslash',
    '3.12',
    's = f"{chr(10).join(a)!r:{w}.{p}} {\'\\n\'}"',
    's chr a w p'
  ),
  probe('PEP 701, lines', '3.12', 's = f"{\n  a  # why\n  + b\n}"', 's a b'),
  probe('PEP 701, nesting', '3.12', `s = f"{f"{f"{f"{a}"}"}"}"`, 's a'),
  probe('PEP 696', '3.13', 'def f[T = int, *Ts = *tuple[int], **P = [str]](): ...', 'f'),
  probe(
    'PEP 696, class and alias',
    '3.13',
    'class C[T: Base = D]: ...\ntype A[T = int] = list[T]',
    'C A'
  ),
  probe('PEP 750', '3.14', 's = t"hello {name!r:>{width}} {other=}"', 's name width other'),
  probe('PEP 750, raw', '3.14', "s = rt'\\d{a}' tr'{b}'", 's a b'),
  probe(
    'PEP 758',
    '3.14',
    'try: pass\nexcept A, B: pass\ntry: pass\nexcept* C, D: pass',
    'A B C D'
  ),
  probe(
    'PEP 765',
    '3.8',
    'for x in y:\n    try: pass\n    finally:\n        for z in y: break',
    'x y z'
  ),
  probe(
    'async',
    '3.8',
    'async with a as b: pass\nasync for c in d: await e\nf = [g async for g in h]',
    'a b c d e f h'
  ),
  probe(
    'star in for and assignment',
    '3.9',
    'for x in *a, *(1, 2): pass\ny = *b, *c.d(e)',
    'x a y b c e'
  ),
  probe(
    'star of a display as target',
    '3.8',
    'a, *(b, c) = d\n[e, *[f, g]] = h',
    'a b c d e f g h'
  ),
  probe(
    'print and exec are names',
    '3.8',
    'print(a, sep=b)\nexec("x")\nprint\nprint[0]',
    'print a b exec'
  ),
  probe('identifiers', '3.8', 'ﬁ = é = 变量 = 1\nfi', 'fi é 变量'),
  probe('numbers', '3.8', 'x = 0xFF + 0b1_0 + 0o17 + 1_000.5e-3j + 1if y else 2', 'x y'),
  probe('lines that go back', '3.8', 'def f():\n        (a.\n  b)\n        return (\n0)', 'f'),
  probe('continued indentation', '3.10', 'if a:\n    \\\n  b = 1\n    c = 2', 'a b c'),
  probe(
    'as after a condition',
    '3.8',
    'with a if b else c as d, (lambda: e) as f: pass',
    'a b c d f'
  ),
  probe('form feed', '3.8', 'if a:\n    b\n\f\nc = 1', 'a b c')
];
