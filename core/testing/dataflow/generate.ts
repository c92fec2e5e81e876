import * as fc from 'fast-check';
import type { CaseCell, Expectation } from './caseFile';

/** A random notebook: steps in notebook order, each with the steps that it is declared to depend on. */
export interface GeneratedNotebook {
  readonly cells: CaseCell[];
  /** Only `after` says something. */
  readonly steps: Map<string, Expectation>;
}

/** Names and what they hold all through a notebook, so that generated code runs. */
const NUMBERS = ['n', 'm', 'k'];
const LISTS = ['xs', 'ys', 'zs'];
const DICTS = ['d', 'e'];
const BOXES = ['box', 'crate'];
const FUNCTIONS = ['f', 'g', 'h'];

const number = fc.constantFrom(...NUMBERS);
const list = fc.constantFrom(...LISTS);
const dict = fc.constantFrom(...DICTS);
const box = fc.constantFrom(...BOXES);
const func = fc.constantFrom(...FUNCTIONS);
const digit = fc.integer({ min: 0, max: 9 });

/** An expression that gives a number, whatever the names hold. */
const numeric: fc.Arbitrary<string> = fc.oneof(
  digit.map(String),
  number,
  fc.tuple(number, number).map(([a, b]) => `(${a} + ${b}) % 97`),
  list.map(x => `len(${x})`),
  list.map(x => `sum(v for v in ${x})`),
  fc.tuple(list, number).map(([x, a]) => `sum(${a} for ${a} in ${x})`),
  fc.tuple(list, digit).map(([x, i]) => `${x}[${i} % len(${x})]`),
  dict.map(x => `len(${x})`),
  fc.tuple(dict, number).map(([x, a]) => `${x}.get("k", ${a})`),
  box.map(x => `${x}.value`),
  box.map(x => `${x}.total()`),
  fc.tuple(func, number).map(([name, a]) => `${name}(${a})`),
  fc.tuple(func, list).map(([name, x]) => `max(map(${name}, ${x}))`),
  fc.tuple(func, number).map(([name, a]) => `(lambda v: ${name}(v))(${a})`),
  fc.tuple(number, number, number).map(([a, b, c]) => `(${a} if ${b} > 3 else ${c})`)
);

const simple: fc.Arbitrary<string> = fc.oneof(
  fc.tuple(number, numeric).map(([a, value]) => `${a} = ${value}`),
  fc.tuple(number, numeric).map(([a, value]) => `${a} += ${value}`),
  fc.tuple(number, number, numeric).map(([a, b, value]) => `${a}, ${b} = ${value}, ${a}`),
  fc.tuple(list, numeric).map(([x, value]) => `${x} = [1, ${value}]`),
  fc.tuple(list, numeric).map(([x, value]) => `${x}.append(${value})`),
  fc.tuple(list, digit, numeric).map(([x, i, value]) => `${x}[${i} % len(${x})] = ${value}`),
  fc.tuple(list, list).map(([x, y]) => `${x} = ${y}`),
  fc.tuple(list, list).map(([x, y]) => `${x} = list(${y})`),
  fc.tuple(list, list).map(([x, y]) => `${x} = sorted(${y})[:5] + [1]`),
  fc.tuple(list, list).map(([x, y]) => `${x} += ${y}[:2]`),
  fc.tuple(list, list, number).map(([x, y, a]) => `${x} = [v + ${a} for v in ${y}]`),
  fc.tuple(list, dict).map(([x, y]) => `${y}["list"] = ${x}`),
  fc.tuple(list, dict).map(([x, y]) => `${x} = ${y}.get("list", ${x})`),
  fc.tuple(dict, numeric).map(([x, value]) => `${x} = {"k": ${value}}`),
  fc.tuple(dict, numeric).map(([x, value]) => `${x}["k"] = ${value}`),
  fc.tuple(dict, dict).map(([x, y]) => `${x} = ${y}`),
  fc.tuple(dict, dict).map(([x, y]) => `${x} = dict(${y})`),
  dict.map(x => `${x}.pop("k", None)`),
  fc.tuple(box, list).map(([x, y]) => `${x} = Box(${y})`),
  fc.tuple(box, box).map(([x, y]) => `${x} = ${y}`),
  fc.tuple(box, numeric).map(([x, value]) => `${x}.value = ${value}`),
  fc.tuple(box, numeric).map(([x, value]) => `${x}.push(${value})`),
  fc.tuple(list, box).map(([x, y]) => `${x} = ${y}.items`),
  fc.tuple(list, numeric).map(([x, value]) => `push(${x}, ${value})`),
  fc.tuple(number, numeric).map(([a, value]) => `set_${a}(${value})`),
  fc.tuple(func, func).map(([a, b]) => `${a} = ${b}`),
  numeric.map(value => `print(${value})`),
  fc.oneof(list, dict).map(x => `print(${x})`),
  box.map(x => `print(${x})`)
);

function indent(lines: readonly string[]): string {
  return lines.map(line => line.replace(/^/gm, '    ')).join('\n');
}

const block = fc.array(simple, { minLength: 1, maxLength: 3 });

const definition: fc.Arbitrary<string> = fc.oneof(
  fc
    .tuple(func, number, digit)
    .map(([name, a, i]) => `def ${name}(v):\n    return (v * ${i} + ${a}) % 97`),
  fc.tuple(func, list).map(([name, x]) => `def ${name}(v):\n    return (v + len(${x})) % 97`),
  fc
    .tuple(func, list, digit)
    .map(
      ([name, x, i]) =>
        `def ${name}(v):\n    if len(${x}) < 9:\n        ${x}.append(${i})\n    return v`
    ),
  fc
    .tuple(func, number)
    .map(
      ([name, a]) => `def ${name}(v):\n    global ${a}\n    ${a} = (${a} + v) % 97\n    return ${a}`
    ),
  fc.tuple(func, number).map(([name, a]) => `${name} = lambda v: (v + ${a}) % 97`),
  fc
    .tuple(func, number, digit)
    .map(
      ([name, a, i]) =>
        `def make(step):\n    count = 0\n    def ${name}(v):\n        nonlocal count\n        count += step\n        return (count + ${a}) % 97\n    return ${name}\n${name} = make(${i})`
    ),
  fc
    .tuple(func, func)
    .filter(([a, b]) => a !== b)
    .map(
      ([a, b]) =>
        `from functools import partial\n${a} = partial(lambda w, v: (w + v) % 97, ${b}(1))`
    )
);

const compound: fc.Arbitrary<string> = fc.oneof(
  fc
    .tuple(numeric, block, block)
    .map(([test, yes, no]) => `if ${test} > 4:\n${indent(yes)}\nelse:\n${indent(no)}`),
  fc.tuple(numeric, block).map(([test, yes]) => `if ${test} > 4:\n${indent(yes)}`),
  fc
    .tuple(number, list, block)
    .map(([a, x, body]) => `for ${a} in list(${x})[:2]:\n${indent(body)}`),
  fc.tuple(number, block).map(([a, body]) => `for ${a} in range(2):\n${indent(body)}`),
  fc
    .tuple(numeric, block, block)
    .map(
      ([value, body, handler]) =>
        `try:\n    if ${value} > 4:\n        raise ValueError("big")\n${indent(body)}\nexcept ValueError as problem:\n${indent(handler)}`
    ),
  fc
    .tuple(numeric, number)
    .map(
      ([value, a]) => `match ${value}:\n    case 0:\n        ${a} = 1\n    case ${a}:\n        pass`
    )
);

const statement = fc.oneof(
  { weight: 6, arbitrary: simple },
  { weight: 2, arbitrary: definition },
  { weight: 2, arbitrary: compound }
);

/** Binds every name, so that any code after it runs. */
const START = `class Box:
    def __init__(self, items):
        self.items = items
        self.value = 1
    def push(self, v):
        self.items.append(v)
    def total(self):
        return (sum(self.items) + n) % 97
    def __repr__(self):
        return f"Box({self.items}, {self.value}, {m})"
def push(target, v):
    target.append(v)
${NUMBERS.map(name => `def set_${name}(v):\n    global ${name}\n    ${name} = v`).join('\n')}
n, m, k = 1, 2, 3
xs, ys, zs = [1], [2, 3], [4]
d, e = {"k": 1}, {}
def f(v):
    return v
g = lambda v: v + n
def h(v):
    return f(v) + 1
box = Box([1])
crate = Box(xs)`;

/** Shows all of a step's state, so that nothing that went wrong stays hidden. */
const END = 'print(n, m, k, xs, ys, zs, d, e, box, crate, f(1), g(2), h(3))';

function expectation(after: string[]): Expectation {
  return { after, takes: {}, spare: [], imports: [], derives: [], prints: '' };
}

/**
 * Notebooks with a first step that binds all names and `minimum` to `maximum` more whose statements read, bind and change
 * them in every way. `chain`: each step depends on the one before, so that the notebook run from top to bottom is
 * what the pipeline must give; else the dependencies are random.
 */
export function generatedNotebook({
  minimum = 1,
  maximum = 5,
  chain = true
} = {}): fc.Arbitrary<GeneratedNotebook> {
  const step = fc.record({
    body: fc.array(statement, { minLength: 1, maxLength: 6 }),
    depends: fc.array(fc.nat(), { minLength: 1, maxLength: 2 }),
    shows: fc.boolean()
  });
  return fc.array(step, { minLength: minimum, maxLength: maximum }).map(drafts => {
    const cells: CaseCell[] = [{ name: 's0', source: START }];
    const steps = new Map<string, Expectation>([['s0', expectation([])]]);
    drafts.forEach(({ body, depends, shows }, index) => {
      const name = `s${index + 1}`;
      const on = chain ? [index] : [...new Set(depends.map(other => other % (index + 1)))];
      cells.push({ name, source: [...body, ...(shows ? [END] : [])].join('\n') });
      steps.set(name, expectation(on.map(other => `s${other}`)));
    });
    cells.push({ name: 'last', source: END });
    steps.set('last', expectation([`s${drafts.length}`]));
    return { cells, steps };
  });
}
