"""What must come back exactly: each case's code binds ``value``, and its check runs in another process.

Every check starts from ``value`` as read and ``expected`` as the same code makes it there.
"""

# ruff: noqa: E501, RUF005, SIM905 (tables of code read best one case a line)
from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Case:
    """``make`` is the writing step's code, ``check`` the reading step's; ``prologue`` runs in both."""

    id: str
    make: str
    check: str = "same(value, expected)"
    prologue: str = ""
    # Random identities or the hash order of addresses make two runs differ (not a reading and a writing).
    reproducible: bool = True
    # Its own pickling differs from one time to the next.
    stable: bool = True


def simple(text: str) -> list[Case]:
    """One case a line: an id, a colon, an expression; statements before the last ``;``."""
    found = []
    for line in filter(None, map(str.strip, text.splitlines())):
        id_, code = line.split(": ", 1)
        *statements, expression = code.split("; ")
        found.append(Case(id_, "\n".join([*statements, f"value = {expression}"])))
    return found


PYTHON = simple(
    """
    none: None
    true: True
    int: 3
    huge-int: 10**400
    float: 0.1
    nan: float('nan')
    complex: 1-2j
    str: 'äß\\u2603'
    surrogate: '\\ud800'
    bytes: b'\\x00ab'
    bytearray: bytearray(b'abc' * 5000)
    list: [1, 'a', None, [2.5]]
    tuple: (1, ('a',), ())
    dict: {'b': 1, 'a': {3: 4}}
    set: {1, 'two', (3,)}
    frozenset: frozenset({'x', 'y', 'zebra'})
    many-strings: {f'k{i}': str(i) for i in range(2000)}
    range: range(3, 90, 7)
    slice: slice(1, None, 2)
    ellipsis: ...
    notimplemented: NotImplemented
    deque: import collections; collections.deque([1, 2, 3], maxlen=4)
    ordereddict: import collections; collections.OrderedDict([('b', 1), ('a', 2)])
    defaultdict: import collections; collections.defaultdict(list, {'a': [1]})
    counter: import collections; collections.Counter('abracadabra')
    chainmap: import collections; collections.ChainMap({'a': 1}, {'b': 2})
    userdict: import collections; collections.UserDict({'a': 1})
    datetime: import datetime; datetime.datetime(2024, 2, 29, 1, 2, 3, 4, tzinfo=datetime.timezone.utc)
    fold: import datetime; datetime.datetime(2024, 10, 27, 2, 30, fold=1)
    timedelta: import datetime; datetime.timedelta(days=1, microseconds=5)
    decimal: import decimal; decimal.Decimal('1.10')
    fraction: import fractions; fractions.Fraction(3, 7)
    pattern: import re; re.compile('a(b+)', re.I)
    path: import pathlib; pathlib.Path('a/b.txt')
    uuid: import uuid; uuid.UUID(int=7)
    namespace: import types; types.SimpleNamespace(a=1, b=[2])
    array: import array; array.array('d', [1.0, 2.0])
    partial: import functools, operator; functools.partial(operator.add, 3)
    exception: ValueError('bad', 3)
    type: dict
    none-type: type(None)
    builtin: len
    unbound-method: str.upper
    module: import json; json
    submodule: import os.path; os.path
    library-function: import json; json.dumps
    counting-iterator: iter([1, 2, 3])
    itertools: import itertools; itertools.count(3)
    bytesio: import io; io.BytesIO(b'abc')
    stringio: import io; io.StringIO('abc')
    mappingproxy: import types; types.MappingProxyType({'a': 1})
    struct-time: import time; time.gmtime(0)
    generic-alias: list[int]
    typing: import typing; typing.Optional[int]
    random: import random; random.Random(4)
    logger: import logging; logging.getLogger('a.b')
    ipaddress: import ipaddress; ipaddress.ip_network('10.0.0.0/8')
    """
) + [
    Case(
        "recursive-list",
        "value = [1]; value.append(value)",
        "assert value[1] is value and len(value) == 2",
    ),
    Case(
        "recursive-dict",
        "value = {}; value['me'] = [value]",
        "assert value['me'][0] is value",
    ),
    Case("recursive-tuple", "value = ([],); value[0].append(value)", "assert value[0][0] is value"),
    Case(
        "shared-inside",
        "inner = [1]; value = [inner, {'k': inner}]",
        "value[0].append(2); assert value[1]['k'] == [1, 2]; value[0].pop()",
    ),
    Case(
        "dict-views",
        "d = {'a': 1}; value = (d, d.keys(), d.values(), d.items())",
        "d, keys, values, items = value; d['b'] = 2\n"
        "assert list(keys) == ['a', 'b'] and list(values) == [1, 2] and len(items) == 2\n"
        "assert type(keys) is type({}.keys()); del d['b']",
    ),
    Case(
        "ordered-views",
        "import collections; d = collections.OrderedDict(a=1); value = [d.keys(), d.items()]",
        "assert list(value[0]) == ['a'] and type(value[1]) is type(expected[1])",
    ),
    Case(
        "zoneinfo",
        "import zoneinfo, datetime\n"
        "value = datetime.datetime(2024, 7, 1, tzinfo=zoneinfo.ZoneInfo('UTC'))",
        "assert value == expected and value.tzinfo is expected.tzinfo",
    ),
    Case(
        "namedtuple-of-module",
        "import urllib.parse; value = urllib.parse.urlsplit('http://a/b?c')",
    ),
    Case(
        "deep",
        "value = []\nfor _ in range(150): value = [value]",
        "n = 0\nwhile value: value, n = value[0], n + 1\nassert n == 150; value = expected",
    ),
]

NOTEBOOK = [
    Case(
        "class",
        "class A:\n"
        "    count = 0\n"
        "    def __init__(self, x): self.x = x\n"
        "    def same_class(self): return __class__ is type(self) is A\n"
        "    @property\n"
        "    def double(self): return self.x * 2\n"
        "    @staticmethod\n"
        "    def s(): return 's'\n"
        "    @classmethod\n"
        "    def c(cls): return cls\n"
        "class B(A):\n"
        "    def __init__(self): super().__init__(5)\n"
        "value = [A(3), B()]",
        "a, b = value\n"
        "assert type(a) is A and type(b) is B and isinstance(b, A) and b.x == 5 and b.double == 10\n"
        "assert a.same_class() and b.s() == 's' and b.c() is B and A.__module__ == '__main__'",
    ),
    Case(
        "class-attribute-changed-later",
        "class A: limit = 1\nA.limit = 2\nA.extra = [1]\nvalue = A()",
        "assert value.limit == 2 and value.extra == [1]",
    ),
    Case(
        "slots",
        "class A:\n    __slots__ = ('x', 'y')\nvalue = A(); value.x = 4",
        "assert value.x == 4 and not hasattr(value, 'y') and not hasattr(value, '__dict__')",
    ),
    Case(
        "init-subclass-runs-once",
        "seen = []\n"
        "class Base:\n"
        "    kinds = []\n"
        "    def __init_subclass__(cls, *, tag, **kw):\n"
        "        super().__init_subclass__(**kw); cls.tag = tag; Base.kinds.append(cls)\n"
        "class D(Base, tag='d'): pass\n"
        "value = D()",
        "assert value.tag == 'd' and Base.kinds == [D]\n"
        "class E(Base, tag='e'): pass\n"
        "assert E.tag == 'e'; Base.kinds.remove(E)",
    ),
    Case(
        "metaclass",
        "class Meta(type):\n"
        "    def __call__(cls, *a): made = super().__call__(*a); made.by = cls.__name__; return made\n"
        "class A(metaclass=Meta): pass\n"
        "value = A()",
        "assert type(A) is Meta and value.by == 'A' and A().by == 'A'",
    ),
    Case(
        "abstract",
        "import abc\n"
        "class Shape(abc.ABC):\n"
        "    @abc.abstractmethod\n"
        "    def area(self): ...\n"
        "class Square(Shape):\n"
        "    def area(self): return 4\n"
        "value = Square()",
        "assert value.area() == 4 and isinstance(value, Shape)\n"
        "try: Shape(); assert False\nexcept TypeError: pass",
    ),
    Case(
        "generic-class",
        "import typing\nT = typing.TypeVar('T')\n"
        "class Box(typing.Generic[T]):\n    def __init__(self, x): self.x = x\n"
        "value = Box[int](3)",
        "assert value.x == 3 and Box[str]('a').x == 'a' and Box.__parameters__",
    ),
    Case(
        "enum",
        "import enum\n"
        "class Color(enum.Enum):\n    RED = 1\n    BLUE = 'b'\n    def low(self): return self.name.lower()\n"
        "class Flags(enum.Flag):\n    A = 1\n    B = 2\n"
        "value = {'c': Color.RED, 'all': list(Color), 'f': Flags.A | Flags.B}",
        "assert value['c'] is Color.RED and value['all'] == [Color.RED, Color.BLUE]\n"
        "assert value['c'].low() == 'red' and value['f'] == Flags.A | Flags.B and Color('b') is Color.BLUE",
    ),
    Case(
        "dataclass",
        "import dataclasses\n"
        "@dataclasses.dataclass(order=True)\n"
        "class P:\n    x: int\n    y: list = dataclasses.field(default_factory=list)\n"
        "@dataclasses.dataclass(frozen=True)\n"
        "class Q(P):\n    pass\n"
        "value = P(1, [2])".replace(
            "@dataclasses.dataclass(frozen=True)\nclass Q(P):\n    pass\n", ""
        ),
        "assert value == P(1, [2]) and value < P(2) and dataclasses.fields(value)[1].name == 'y'\n"
        "assert repr(value) == 'P(x=1, y=[2])'",
    ),
    Case(
        "namedtuples",
        "import collections, typing\n"
        "Pair = collections.namedtuple('Pair', 'a b')\n"
        "class Typed(typing.NamedTuple):\n    a: int\n    b: str = 'x'\n"
        "value = [Pair(1, 2), Typed(3)]",
        "assert type(value[0]) is Pair and value[0].a == 1 and value[1] == Typed(3) and value[1].b == 'x'",
    ),
    Case(
        "typed-dict",
        "import typing\nclass D(typing.TypedDict):\n    a: int\nvalue = D(a=3)",
        "assert value == {'a': 3}",
    ),
    Case(
        "exception-class",
        "class Bad(ValueError):\n"
        "    def __init__(self, code): super().__init__(code); self.code = code\n"
        "value = Bad(7)",
        "assert type(value) is Bad and value.code == 7",
    ),
    Case(
        "function-sees-its-step",
        "rate = 2\ndef f(x): return x * rate\nvalue = f",
        "assert value(3) == 6\nrate = 10\nassert value(3) == 30; rate = 2",
    ),
    Case(
        "function-changes-its-step",
        "total = 0\ndef add(n):\n    global total\n    total += n\nvalue = add",
        "value(4); assert total == 4; value.__globals__ is globals() or 1 / 0; total = 0",
    ),
    Case(
        "lambda-in-list",
        "offset = 7\nvalue = [lambda x: x + offset]",
        "assert value[0](1) == 8",
    ),
    Case(
        "function-of-function",
        "base = 2\ndef inner(x): return x + base\ndef outer(x): return inner(x) * 2\nvalue = {'f': outer}",
        "assert value['f'](1) == 6",
    ),
    Case(
        "partial-and-method",
        "import functools\nk = 3\n"
        "class A:\n    def m(self, x): return x + k\n"
        "a = A()\nvalue = [functools.partial(a.m, 1), a.m, A.m]",
        "assert value[0]() == 4 and value[1](2) == 5 and value[1].__self__ is value[0].func.__self__\n"
        "assert value[2](None, 1) == 4",
    ),
    Case(
        "closure",
        "def make():\n"
        "    n = 0\n"
        "    def inc():\n        nonlocal n; n += 1; return n\n"
        "    def get(): return n\n"
        "    return inc, get\n"
        "value = make()\nvalue[0]()",
        "inc, get = value\nassert get() == 1 and inc() == 2 and get() == 2",
    ),
    Case(
        "recursive-closure",
        "def make():\n    def fact(n): return 1 if n < 2 else n * fact(n - 1)\n    return fact\nvalue = make()",
        "assert value(5) == 120 and value.__closure__[0].cell_contents is value",
    ),
    Case(
        "mutual-closures",
        "def make():\n"
        "    def even(n): return n == 0 or odd(n - 1)\n"
        "    def odd(n): return n != 0 and even(n - 1)\n"
        "    return [even, odd]\n"
        "value = make()",
        "assert value[0](10) and not value[1](10)",
    ),
    Case(
        "defaults-and-attributes",
        "def f(a, b=[1], *, c={'k': 2}) -> 'x':\n    'Doc.'\n    return a, b, c\n"
        "f.calls = 3\nvalue = f",
        "assert value(0) == (0, [1], {'k': 2}) and value.calls == 3 and value.__doc__ == 'Doc.'\n"
        "assert value.__annotations__ == {'return': 'x'} and value.__name__ == 'f'",
    ),
    Case(
        "decorated",
        "import functools\n"
        "def twice(f):\n"
        "    @functools.wraps(f)\n    def run(*a): return f(*a) * 2\n    return run\n"
        "unit = 3\n@twice\ndef g(x): return x + unit\nvalue = g",
        "assert value(1) == 8 and value.__wrapped__(1) == 4 and value.__name__ == 'g'",
    ),
    Case(
        "cached",
        "import functools\ncalls = []\n"
        "@functools.lru_cache(maxsize=9)\ndef fib(n):\n"
        "    calls.append(n); return n if n < 2 else fib(n - 1) + fib(n - 2)\n"
        "@functools.cache\ndef one(): return 1\n"
        "value = [fib, one]".replace("@functools.cache", "@functools.lru_cache(None)"),
        "assert value[0](10) == 55 and value[0].cache_info().maxsize == 9 and fib is value[0]\n"
        "assert value[1]() == 1; calls.clear()",
    ),
    Case(
        "cached-method",
        "import functools\n"
        "class A:\n    @functools.cached_property\n    def x(self): return [1]\n"
        "    @functools.lru_cache(None)\n    def y(self): return 2\n"
        "value = A(); value.x",
        "assert value.x == [1] and value.y() == 2 and 'x' in vars(value)",
    ),
    Case(
        "single-dispatch",
        "import functools\n"
        "@functools.singledispatch\ndef show(x): return 'any'\n"
        "@show.register(int)\ndef _int(x): return 'int'\n"
        "value = show",
        "assert value(1) == 'int' and value('a') == 'any'",
    ),
    Case(
        "generator-function",
        "def gen(n):\n    yield from range(n)\nasync def co(): return 1\nvalue = [gen, co]",
        "import asyncio\nassert list(value[0](3)) == [0, 1, 2] and asyncio.run(value[1]()) == 1",
    ),
    Case(
        "prologue-class",
        "value = [Kind.A, Thing(2), helper, Thing.m, Thing(1).m]",
        "assert value[0] is Kind.A and type(value[1]) is Thing and value[2] is helper\n"
        "assert value[3] is Thing.m and value[4]() == 1",
        prologue="import enum\nclass Kind(enum.Enum):\n    A = 1\n"
        "class Thing:\n    def __init__(self, x): self.x = x\n    def m(self): return helper(self.x)\n"
        "def helper(x): return x\n",
    ),
    Case(
        "prologue-class-changed",
        "Thing.limit = 9\nThing.seen.append(4)\nhelper.calls = 2\nvalue = [Thing(), helper]",
        "assert Thing.limit == 9 and value[0].limit == 9 and Thing.seen == [4] and type(value[0]) is Thing\n"
        "assert value[1] is helper and helper.calls == 2",
        prologue="class Thing:\n    limit = 1\n    seen = []\ndef helper(): return 1\n",
    ),
    Case(
        "prologue-cached",
        "value = [slow, wrapped]",
        "assert value[0] is slow and value[1] is wrapped and slow(2) == 4",
        prologue="import functools\n@functools.lru_cache(None)\ndef slow(x): return x * 2\n"
        "def deco(f):\n    return lambda *a: f(*a)\n@deco\ndef wrapped(): return 1\n",
    ),
    Case(
        "class-in-function",
        "def make():\n    class Local:\n        def __init__(self, v): self.v = v\n    return Local\n"
        "A, B = make(), make()\nvalue = [A(1), B(2)]",
        "assert type(value[0]) is A and type(value[1]) is B and A is not B",
    ),
    Case(
        "nested-class",
        "class Outer:\n    class Inner:\n        def up(self): return Outer\nvalue = Outer.Inner()",
        "assert value.up().Inner is type(value)",
    ),
    Case(
        "operators-and-reduce",
        "class V:\n"
        "    def __init__(self, x): self.x = x\n"
        "    def __eq__(self, o): return self.x == o.x\n"
        "    def __hash__(self): return hash(self.x)\n"
        "    def __getstate__(self): return {'x': self.x}\n"
        "    def __setstate__(self, s): self.x = s['x']\n"
        "value = {V(1): 'one'}",
        "assert value[V(1)] == 'one'",
    ),
    Case(
        "dict-subclass",
        "class D(dict):\n    def __missing__(self, k): return k * 2\nvalue = D(a=1); value.tag = [3]",
        "assert value['a'] == 1 and value['zz'] == 'zzzz' and value.tag == [3] and type(value) is D",
    ),
    Case(
        "property-descriptor",
        "class Desc:\n"
        "    def __set_name__(self, owner, name): self.name = name\n"
        "    def __get__(self, obj, kind): return self.name\n"
        "class A:\n    field = Desc()\nvalue = A()",
        "assert value.field == 'field'",
    ),
]

NUMPY = (
    [
        Case(
            f"dtype-{code}",
            f"import numpy as np\nvalue = np.array([0, 1, 1], dtype='{code}')",
            # The padding of long doubles is whatever was there.
            reproducible=code not in "gG",
        )
        for code in "? i1 u2 i4 u8 f2 f4 f8 g c8 c16 G S3 U4 M8[D] M8[ns] m8[s] >i4 >f8 >U3 O".split()
    ]
    + [
        Case(id_, f"import numpy as np\nvalue = {code}")
        for id_, code in {
            "large": "np.arange(100_000.0)",
            "large-dates": "np.arange(100_000).astype('M8[s]')",
            "fortran": "np.asfortranarray(np.arange(60_000.0).reshape(200, 300))",
            "strided": "np.arange(100_000.0)[::3]",
            "negative": "np.arange(10_000)[::-1]",
            "transposed": "np.arange(24.0).reshape(2, 3, 4).transpose(1, 0, 2)",
            "zero-d": "np.array(3.5)",
            "empty": "np.zeros((0, 3))",
            "zero-items": "np.zeros(3, dtype='U0')",
            "float64": "np.float64(1.5)",
            "int8": "np.int8(-3)",
            "str-scalar": "np.str_('a')",
            "datetime-scalar": "np.datetime64('2024-01-02T03')",
            "void-scalar": "np.array([(1, 2.0)], dtype='i4,f8')[0]",
            "structured": "np.array([(1, 'a', [1, 2])], dtype=[('n', '<i4'), ('s', 'U3'), ('v', 'f4', 2)])",
            "aligned": "np.zeros(3, dtype=np.dtype([('a', 'i1'), ('b', 'f8')], align=True))",
            "recarray": "np.rec.array([(1, 2.0)], names='a,b')",
            "object": "np.array([1, 'a', None, [2]], dtype=object)",
            "masked": "np.ma.masked_array([1, 2, 3], mask=[0, 1, 0], fill_value=9)",
            "matrix": "np.matrix([[1, 2], [3, 4]])",
            "readonly": "np.frombuffer(b'abcd' * 4000, dtype='u1')",
            "dtype": "np.dtype([('a', '>i2')])",
            "dtype-metadata": "np.dtype('f8', metadata={'unit': 'm'})",
            "ufunc": "np.add",
            "function": "np.linalg.norm",
            "type": "np.float32",
            "randomstate": "np.random.RandomState(3)",
            "generator": "np.random.default_rng(3)",
            "seedsequence": "np.random.SeedSequence(5)",
            "poly": "np.polynomial.Polynomial([1, 2])",
            "random-pcg": "np.random.Generator(np.random.PCG64(3))",
            "dict": "{'a': np.arange(3), 'b': [np.ones(2, dtype=bool)]}",
        }.items()
    ]
    + [
        Case(
            "views-inside",
            "import numpy as np\nbase = np.arange(20_000.0)\n"
            "value = {'head': base[:9000], 'tail': base[8000:], 'grid': base.reshape(200, 100)[:, ::2]}",
            "value['tail'][0] = -1; assert value['head'][8000] == -1; value['tail'][0] = 8000\n"
            "same(value, expected)",
        ),
        Case(
            "readonly-view",
            "import numpy as np\nbase = np.arange(6)\nro = base[:4]\nro.flags.writeable = False\nvalue = [base, ro]",
            "assert not value[1].flags.writeable and value[0].flags.writeable\n"
            "value[0][0] = 5; assert value[1][0] == 5; value[0][0] = 0",
        ),
        Case(
            "same-array-twice",
            "import numpy as np\na = np.arange(10_000)\nvalue = [a, a]",
            "assert value[0] is value[1]",
        ),
        Case(
            "subclass",
            "import numpy as np\nclass Units(np.ndarray):\n    unit = 'm'\n"
            "value = np.arange(5000.0).view(Units)",
            "assert type(value) is Units and value.sum() == np.arange(5000.0).sum() and value.unit == 'm'",
        ),
        Case(
            "writable",
            "import numpy as np\nvalue = np.zeros(300_000)",
            "value[5] = 1; assert value.sum() == 1 and value.flags.writeable; value[5] = 0",
        ),
        Case(
            "memmap",
            "import numpy as np, tempfile, os\n"
            "path = os.path.join(tempfile.mkdtemp(), 'm'); value = np.memmap(path, 'f8', 'w+', shape=(40,))\n"
            "value[:] = 3",
            "assert type(value) is np.memmap and value.sum() == 120",
            reproducible=False,
        ),
        Case(
            "random-state-module",
            "import numpy as np\nvalue = np.random.rand",
            "value(3)",
            reproducible=False,
        ),
        Case(
            "vectorize", "import numpy as np\nvalue = np.vectorize(abs)", "assert value([-1]) == 1"
        ),
    ]
)

PANDAS = [
    Case(id_, f"import numpy as np, pandas as pd\nvalue = {code}")
    for id_, code in {
        "frame": "pd.DataFrame({'a': np.arange(10_000.0), 'b': range(10_000), 'c': ['x', None] * 5000})",
        "series": "pd.Series([1, 2], index=['a', 'b'], name='s')",
        "dates": "pd.DataFrame({'t': pd.date_range('2024', periods=1000, freq='h')})",
        "zoned": "pd.Series(pd.date_range('2024', periods=3, tz='Europe/Berlin'))",
        "categories": "pd.Series(['a', 'b', 'a'], dtype=pd.CategoricalDtype(['b', 'a'], ordered=True))",
        "nullable": "pd.DataFrame({'i': pd.array([1, None], 'Int64'), 'b': pd.array([True, None], 'boolean')})",
        "strings": "pd.Series(['a', None], dtype='string')",
        "period": "pd.Series(pd.period_range('2024', periods=3, freq='M'))",
        "interval": "pd.Series(pd.interval_range(0, 3))",
        "sparse": "pd.Series(pd.arrays.SparseArray([0, 0, 1]))",
        "multiindex": "pd.DataFrame({'v': [1, 2]}, index=pd.MultiIndex.from_tuples([('a', 1), ('b', 2)]))",
        "index": "pd.Index([3, 1], name='n')",
        "rangeindex": "pd.RangeIndex(5)",
        "datetimeindex": "pd.date_range('2024', periods=4, freq='D')",
        "timestamp": "pd.Timestamp('2024-01-01', tz='UTC')",
        "na": "pd.NA",
        "nat": "pd.NaT",
        "timedelta": "pd.Timedelta('1D')",
        "offset": "pd.offsets.BusinessDay(2)",
        "empty": "pd.DataFrame()",
        "wide": "pd.DataFrame(np.arange(6000.0).reshape(20, 300))",
        "mixed-columns": "pd.DataFrame({1: [1], 'a': [2.0], (1, 2): ['x']})",
    }.items()
] + [
    Case(
        "attrs",
        "import pandas as pd\nvalue = pd.DataFrame({'a': [1]}); value.attrs['source'] = {'x': 1}",
        "same(value, expected); assert value.attrs == {'source': {'x': 1}}",
    ),
    Case(
        "groupby",
        "import pandas as pd\nvalue = pd.DataFrame({'k': ['a', 'b', 'a'], 'v': [1, 2, 3]}).groupby('k')",
        "assert value['v'].sum().to_dict() == {'a': 4, 'b': 2} and type(value) is type(expected)",
    ),
    Case(
        "column-and-frame",
        "import pandas as pd\ndf = pd.DataFrame({'a': [1.0] * 2000, 'b': [2.0] * 2000}); s = df['a']\n"
        "value = [df, s]",
        "df, s = value; before = df.copy(); df.iloc[0, 0] = 99.0\n"
        "assert s.iloc[0] == expected_after, (s.iloc[0], expected_after); df.iloc[0, 0] = 1.0",
    ),
    Case(
        "used-columns",
        "import pandas as pd\nvalue = pd.DataFrame({'a': range(3000), 'b': range(3000)})\nx = value['a'].sum()",
        "x = value['a']; y = value.loc[:5]; z = value.describe(); w = value.to_numpy(); same(value, expected)",
    ),
    Case(
        "frame-subclass",
        "import pandas as pd\n"
        "class Sub(pd.DataFrame):\n"
        "    _metadata = ['tag']\n"
        "    @property\n"
        "    def _constructor(self): return Sub\n"
        "value = Sub({'a': [1]}); value.tag = 't'",
        "assert type(value) is Sub and value.tag == 't' and type(value[value.a > 0]) is Sub",
    ),
]

SCIENCE = [
    Case(
        "csr",
        "import scipy.sparse as sp\nvalue = sp.random(200, 100, 0.1, format='csr', random_state=1)",
    ),
    Case("coo", "import scipy.sparse as sp\nvalue = sp.coo_matrix([[0, 1], [2, 0]])"),
    Case("csc-array", "import scipy.sparse as sp\nvalue = sp.csc_array([[0, 1.5], [2, 0]])"),
    Case(
        "spline",
        "from scipy.interpolate import CubicSpline\nvalue = CubicSpline([0, 1, 2], [0, 1, 4])",
        "assert value(1.5) == expected(1.5)",
    ),
    Case(
        "frozen",
        "import scipy.stats\nvalue = scipy.stats.norm(1, 2)",
        "assert value.mean() == 1",
        reproducible=False,
    ),
    Case(
        "forest",
        "import numpy as np\nfrom sklearn.ensemble import RandomForestClassifier\n"
        "X = np.arange(200.0).reshape(100, 2); y = X[:, 0] > 90\n"
        "value = RandomForestClassifier(5, random_state=0).fit(X, y)",
        "assert (value.predict_proba(X) == expected.predict_proba(X)).all() and type(value) is type(expected)",
    ),
    Case(
        "sk-pipeline",
        "import numpy as np\nfrom sklearn.pipeline import make_pipeline\n"
        "from sklearn.preprocessing import StandardScaler, FunctionTransformer\n"
        "from sklearn.linear_model import LogisticRegression\n"
        "scale = 2.0\ndef grow(X): return X * scale\n"
        "X = np.arange(40.0).reshape(20, 2); y = X[:, 0] > 20\n"
        "value = make_pipeline(FunctionTransformer(grow), StandardScaler(), LogisticRegression()).fit(X, y)",
        "assert (value.predict_proba(X) == expected.predict_proba(X)).all()",
    ),
    Case(
        "sk-notebook-estimator",
        "from sklearn.base import BaseEstimator, TransformerMixin\n"
        "class Mine(TransformerMixin, BaseEstimator):\n"
        "    def __init__(self, k=1): self.k = k\n"
        "    def fit(self, X, y=None): self.seen_ = len(X); return self\n"
        "    def transform(self, X): return X\n"
        "value = Mine(3).fit([1, 2])",
        "assert value.get_params() == {'k': 3} and value.seen_ == 2 and type(value) is Mine",
    ),
    Case(
        "figure",
        "import matplotlib; matplotlib.use('agg')\nimport matplotlib.pyplot as plt\n"
        "value, ax = plt.subplots(); ax.plot([1, 2, 3])",
        "assert list(value.axes[0].lines[0].get_ydata()) == [1, 2, 3]",
        reproducible=False,
        stable=False,
    ),
]

POLARS = [
    Case(
        "frame",
        "import polars as pl\nvalue = pl.DataFrame({'a': range(3000), 'b': ['x'] * 3000})",
        "assert value.equals(expected) and value.schema == expected.schema",
    ),
    Case(
        "series",
        "import polars as pl\nvalue = pl.Series('s', [1, None])",
        "assert value.equals(expected)",
    ),
    Case(
        "lazy",
        "import polars as pl\nvalue = pl.DataFrame({'a': [1, 2]}).lazy().filter(pl.col('a') > 1)",
        "assert value.collect().equals(expected.collect())",
    ),
]

PYDANTIC = [
    Case(
        "model",
        "import pydantic, typing\n"
        "class Inner(pydantic.BaseModel):\n    x: int = 3\n"
        "class Model(pydantic.BaseModel):\n"
        "    name: str\n    inner: Inner = pydantic.Field(default_factory=Inner)\n"
        "    tags: typing.List[str] = []\n"
        "    @pydantic.field_validator('name')\n"
        "    @classmethod\n"
        "    def low(cls, v): return v.lower()\n"
        "value = Model(name='A', tags=['t'])",
        "assert type(value) is Model and value.name == 'a' and value.inner == Inner()\n"
        "assert Model(name='B').name == 'b' and value.model_dump() == expected.model_dump()\n"
        "try: Model(name=[]); assert False\nexcept pydantic.ValidationError: pass",
        # pydantic's schemas contain the address of the class.
        reproducible=False,
    ),
]

TORCH = [
    Case(
        "tensor",
        "import torch\nvalue = torch.arange(5000.0)",
        "assert torch.equal(value, expected)",
    ),
    Case(
        "views",
        "import torch\na = torch.zeros(5000)\nvalue = [a, a[10:20], a.view(50, 100).t()]",
        "value[1][0] = 4; assert value[0][10] == 4 and value[2][10, 0] == 4; value[1][0] = 0",
    ),
    Case(
        "half-and-grad",
        "import torch\nvalue = torch.ones(3, dtype=torch.bfloat16, requires_grad=True)",
        "assert value.dtype == torch.bfloat16 and value.requires_grad and value.is_leaf",
    ),
    Case(
        "module-and-optimizer",
        "import torch\nclass Net(torch.nn.Module):\n"
        "    def __init__(self):\n"
        "        super().__init__(); self.a = torch.nn.Linear(60, 60); self.b = torch.nn.Linear(60, 60)\n"
        "        self.b.weight = self.a.weight\n"
        "    def forward(self, x): return self.b(torch.relu(self.a(x)))\n"
        "torch.manual_seed(0); net = Net(); opt = torch.optim.Adam(net.parameters())\n"
        "net(torch.ones(2, 60)).sum().backward(); opt.step(); value = (net, opt)",
        "net, opt = value\nassert type(net) is Net and net.a.weight is net.b.weight\n"
        "assert opt.param_groups[0]['params'][0] is net.a.weight and opt.state\n"
        "before = net.a.weight.detach().clone(); opt.step()\n"
        "assert not torch.equal(before, net.a.weight)\n"
        "with torch.no_grad(): net.a.weight.copy_(before)",
        reproducible=False,
    ),
    Case(
        "sequential-and-numpy",
        "import torch, numpy as np\narr = np.zeros(5000); t = torch.from_numpy(arr)\n"
        "value = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.ReLU())",
        "assert type(value) is torch.nn.Sequential and type(value[0]) is torch.nn.Linear",
        reproducible=False,
    ),
]

_SAMPLE = (
    "import numpy as np\nrng = np.random.default_rng(0)\n"
    "X = rng.normal(size=(300, 5)).astype('float32'); y = (X[:, 0] + X[:, 1] ** 2 > 0.5).astype(int)\n"
)

EXCEPTIONS = [
    Case(
        "own-arguments",
        "class Wrong(ValueError):\n"
        "    def __init__(self, code, *, why): super().__init__(f'{code}: {why}'); self.code = code\n"
        "value = Wrong(3, why='late')",
        "assert type(value) is Wrong and (value.code, value.args) == (3, ('3: late',)) and str(value) == '3: late'",
    ),
    Case(
        "native-fields",
        "class Stop(SystemExit):\n"
        "    def __init__(self): super().__init__(7); self.left = [1]\n"
        "value = Stop()",
        "assert type(value) is Stop and (value.code, value.left) == (7, [1])",
    ),
]

XGBOOST = [
    Case(
        "classifier",
        _SAMPLE + "from xgboost import XGBClassifier\n"
        "value = XGBClassifier(n_estimators=9, n_jobs=1).fit(X, y); probabilities = value.predict_proba(X)",
        "assert (value.predict_proba(X) == probabilities).all() and value.n_estimators == 9\n"
        "assert (value.feature_importances_ == expected.feature_importances_).all()",
    ),
    Case(
        "booster",
        _SAMPLE + "import xgboost\ndata = xgboost.DMatrix(X, label=y)\n"
        "value = xgboost.train({'objective': 'binary:logistic', 'nthread': 1}, data, 5); margins = value.predict(data)",
        "import xgboost\ndata = xgboost.DMatrix(X, label=y)\nassert (value.predict(data) == margins).all()\n"
        "assert xgboost.train({'objective': 'binary:logistic'}, data, 2, xgb_model=value).num_boosted_rounds() == 7",
    ),
]

LIGHTGBM = [
    Case(
        "classifier",
        _SAMPLE + "from lightgbm import LGBMClassifier\n"
        "value = LGBMClassifier(n_estimators=9, n_jobs=1, verbose=-1).fit(X, y); probabilities = value.predict_proba(X)",
        "assert (value.predict_proba(X) == probabilities).all() and value.n_estimators == 9\n"
        "assert (value.feature_importances_ == expected.feature_importances_).all()",
    ),
    Case(
        "booster",
        _SAMPLE
        + "import lightgbm\nsettings = {'objective': 'binary', 'verbose': -1, 'num_threads': 1}\n"
        "value = lightgbm.train(settings, lightgbm.Dataset(X, label=y), 5); margins = value.predict(X)",
        "import lightgbm\nassert (value.predict(X) == margins).all()\n"
        "assert lightgbm.train(settings, lightgbm.Dataset(X, label=y), 2, init_model=value).num_trees() == 7",
    ),
]

_KERAS = (
    _SAMPLE
    + "import os; os.environ.setdefault('KERAS_BACKEND', 'jax')\nimport keras\nkeras.utils.set_random_seed(0)\n"
)

KERAS = [
    Case(
        "sequential",
        _KERAS
        + "layers = [keras.layers.Input((5,)), keras.layers.Dense(8, activation='relu'), keras.layers.Dense(1)]\n"
        "value = keras.Sequential(layers); value.compile(optimizer='adam', loss='mse'); value.fit(X, y, epochs=1, verbose=0)\n"
        "predicted = value.predict(X, verbose=0)",
        "assert (value.predict(X, verbose=0) == predicted).all()\n"
        "steps = int(value.optimizer.iterations); assert steps > 0\n"
        "value.fit(X, y, epochs=1, verbose=0); assert int(value.optimizer.iterations) == 2 * steps",
        reproducible=False,
    ),
    Case(
        "notebook-model",
        _KERAS + "class Net(keras.Model):\n"
        "    def __init__(self, width=4, **options):\n"
        "        super().__init__(**options); self.width = width; self.inner = keras.layers.Dense(width); self.outer = keras.layers.Dense(1)\n"
        "    def call(self, inputs): return self.outer(self.inner(inputs))\n"
        "    def get_config(self): return {**super().get_config(), 'width': self.width}\n"
        "value = Net(3); predicted = value.predict(X, verbose=0)",
        "assert type(value) is Net and value.width == 3\nassert (value.predict(X, verbose=0) == predicted).all()",
        prologue="import keras",
        reproducible=False,
    ),
    Case(
        "layer-that-reads-a-name-of-the-notebook",
        _KERAS + "class Wide(keras.layers.Layer):\n"
        "    def __init__(self, **options): super().__init__(**options); self.inner = keras.layers.Dense(width)\n"
        "    def call(self, inputs): return self.inner(inputs)\n"
        "width = 7\nvalue = keras.Sequential([keras.layers.Input((5,)), Wide()]); predicted = value.predict(X, verbose=0)",
        "assert (value.predict(X, verbose=0) == predicted).all() and value.output_shape == (None, 7)",
        prologue="import keras",
        reproducible=False,
    ),
    Case(
        "functions-of-the-notebook",
        _KERAS
        + "scale = 2.0\ndef grow(x): return x * scale\ndef off(y, p): return keras.ops.mean(keras.ops.abs(y - p)) * scale\n"
        "value = keras.Sequential([keras.layers.Input((5,)), keras.layers.Dense(1, activation=grow)])\n"
        "value.compile(optimizer='sgd', loss=off); value.fit(X, y, epochs=1, verbose=0); predicted = value.predict(X, verbose=0)",
        "assert (value.predict(X, verbose=0) == predicted).all() and value.loss is off\nvalue.fit(X, y, epochs=1, verbose=0)",
        reproducible=False,
    ),
]

CASES: dict[str, list[Case]] = {
    "python": PYTHON,
    "notebook": [*NOTEBOOK, *EXCEPTIONS],
    "numpy": NUMPY,
    "pandas": PANDAS,
    "science": SCIENCE,
    "polars": POLARS,
    "pydantic": PYDANTIC,
    "torch": TORCH,
    "xgboost": XGBOOST,
    "lightgbm": LIGHTGBM,
    "keras": KERAS,
}
