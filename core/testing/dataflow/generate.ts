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
const PARAMETERS = ['p', 'q'];
const LISTS = ['xs', 'ys', 'zs'];
const DICTS = ['d', 'e'];
const BOXES = ['box', 'crate'];
const FUNCTIONS = ['f', 'g', 'h'];
const TEAMS = ['team', 'squad'];
const PLAYERS = ['ann', 'bob'];

const number = fc.constantFrom(...NUMBERS, ...PARAMETERS);
const list = fc.constantFrom(...LISTS);
const dict = fc.constantFrom(...DICTS);
const box = fc.constantFrom(...BOXES);
const func = fc.constantFrom(...FUNCTIONS);
const team = fc.constantFrom(...TEAMS);
const player = fc.constantFrom(...PLAYERS);
const someone: fc.Arbitrary<string> = fc.oneof(
  player,
  team.map(x => `next(iter(${x}.values()))`),
  fc.tuple(team, player).map(([x, a]) => `${x}.get("a", ${a})`)
);
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
  fc.tuple(number, number, number).map(([a, b, c]) => `(${a} if ${b} > 3 else ${c})`),
  someone.map(x => `${x}.score()`),
  someone.map(x => `${x}.points`),
  fc.tuple(someone, someone).map(([x, y]) => `(${x} + ${y}).points`),
  fc.tuple(someone, digit).map(([x, i]) => `${x}(${i})`),
  team.map(x => `sum(one.score() for one in ${x}.values()) % 97`),
  fc
    .tuple(team, func)
    .map(([x, name]) => `sum(${name}(one.points) for _, one in ${x}.items()) % 97`),
  team.map(x => `max(${x}.values(), key=lambda one: one.score()).points`),
  team.map(x => `len(f"{${x}}") % 97`),
  fc.tuple(team, number).map(([x, a]) => `sum(${a} for ${a}, _ in enumerate(${x}))`),
  fc.constant('Player.count'),
  fc.constant('settings["apply"](2)')
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
  box.map(x => `print(${x})`),
  fc.tuple(player, numeric).map(([x, value]) => `${x} = Player("${x}", ${value})`),
  fc.tuple(player, numeric).map(([x, value]) => `${x} = Captain("${x}", ${value})`),
  fc.tuple(player, player).map(([x, y]) => `${x} = ${y}`),
  fc.tuple(player, someone).map(([x, y]) => `${x} = ${y}`),
  fc.tuple(someone, numeric).map(([x, value]) => `${x}.points = ${value}`),
  fc.tuple(someone, numeric).map(([x, value]) => `${x}.points += ${value}`),
  fc.tuple(someone, numeric).map(([x, value]) => `${x}.gain(${value})`),
  fc.tuple(someone, list).map(([x, y]) => `${x}.history = ${y}`),
  fc.tuple(someone, list).map(([x, y]) => `${y} = ${x}.history or [1]`),
  fc.tuple(team, player).map(([x, a]) => `${x}["${a}"] = ${a}`),
  fc.tuple(team, someone).map(([x, a]) => `${x} = {"a": ${a}}`),
  fc.tuple(team, team).map(([x, y]) => `${x} = ${y}`),
  fc.tuple(team, team).map(([x, y]) => `${x} = {**${y}}`),
  fc
    .tuple(team, team)
    .map(([x, y]) => `${x} = {key: one for key, one in ${y}.items() if one.points >= 0} or ${y}`),
  fc.tuple(team, team).map(([x, y]) => `${x}.update(${y})`),
  fc.tuple(list, team).map(([x, y]) => `${x} = [one.points for one in ${y}.values()]`),
  fc
    .tuple(list, team)
    .map(([x, y]) => `${x} = sorted(one.score() for one in ${y}.values()) or [1]`),
  numeric.map(value => `Player.count = ${value}`),
  numeric.map(value => `settings["level"] = ${value}`),
  func.map(name => `settings["apply"] = ${name}`),
  func.map(name => `Player.rate = staticmethod(${name})`),
  fc.tuple(func, someone).map(([name, x]) => `${name} = ${x}.score_with`),
  fc.tuple(func, someone).map(([name, x]) => `${name} = ${x}`),
  fc.oneof(player, team).map(x => `print(${x})`),
  fc.tuple(number, team).map(([a, x]) => `del ${a}; ${a} = len(${x})`)
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
    ),
  fc
    .tuple(number, digit)
    .map(
      ([a, i]) =>
        `class Captain(Player):\n    bonus = ${i}\n    def score(self):\n        return (super().score() + self.bonus + ${a}) % 97`
    ),
  fc
    .tuple(func, func)
    .map(
      ([a, b]) =>
        `def Player_score(self):\n    return (${a}(self.points) + 1) % 97\n${b} = lambda v: (v + k) % 97\nPlayer.score = Player_score`
    ),
  fc
    .tuple(func, number)
    .map(
      ([name, a]) =>
        `def counted(inner):\n    def wrapper(v):\n        global ${a}\n        ${a} = (${a} + 1) % 97\n        return inner(v)\n    return wrapper\n@counted\ndef ${name}(v):\n    return (v + ${a}) % 97`
    ),
  fc
    .tuple(func, team)
    .map(
      ([name, x]) =>
        `def ${name}(v, *rest, by=1, **more):\n    for key, one in list(${x}.items()):\n        v = (v + one.points * by) % 97\n    return v`
    ),
  fc
    .tuple(func, list)
    .map(
      ([name, x]) =>
        `def numbers(stop):\n    for v in ${x}:\n        yield min(v, stop)\ndef ${name}(v):\n    return sum(numbers(v)) % 97`
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

const more: fc.Arbitrary<string> = fc.oneof(
  fc
    .tuple(number, team, block)
    .map(
      ([a, x, body]) =>
        `for ${a}, (_, one) in enumerate(list(${x}.items())):\n    one.gain(${a})\n${indent(body)}`
    ),
  fc
    .tuple(player, team, block)
    .map(([x, y, body]) => `for ${x} in list(${y}.values()):\n${indent(body)}`),
  fc.tuple(number, block).map(([a, body]) => `with Doubled() as ${a}:\n${indent(body)}`),
  fc
    .tuple(numeric, number, block)
    .map(
      ([value, a, body]) =>
        `try:\n    if ${value} > 4:\n        raise Foul(${a})\n${indent(body)}\nexcept Foul as foul:\n    ${a} = foul.cost()\nfinally:\n    ${a} += 1`
    ),
  fc
    .tuple(number, someone)
    .map(
      ([a, x]) =>
        `match ${x}:\n    case Player(points=${a}) if ${a} < 50:\n        pass\n    case _:\n        ${a} = 0`
    ),
  fc
    .tuple(number, number, block)
    .map(
      ([a, b, body]) =>
        `while ${a} > 3 and ${b} < 5:\n    ${a} -= 1\n    ${b} += 1\n${indent(body)}\n    break`
    )
);

const statement = fc.oneof(
  { weight: 6, arbitrary: simple },
  { weight: 2, arbitrary: definition },
  { weight: 2, arbitrary: compound },
  { weight: 1, arbitrary: more }
);

const PARAMETERS_CELL = PARAMETERS.map((name, index) => `${name} = ${index + 4}`).join('\n');

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
${[...NUMBERS, ...PARAMETERS].map(name => `def set_${name}(v):\n    global ${name}\n    ${name} = v`).join('\n')}
n, m, k = 1, 2, 3
xs, ys, zs = [1], [2, 3], [4]
d, e = {"k": 1}, {}
def f(v):
    return v
g = lambda v: v + n
def h(v):
    return f(v) + 1
box = Box([1])
crate = Box(xs)
class Foul(Exception):
    def cost(self):
        return (self.args[0] + k) % 97
class Doubled:
    def __enter__(self):
        return n * 2 % 97
    def __exit__(self, *problem):
        global m
        m = (m + 1) % 97
class Player:
    count = 0
    rate = staticmethod(lambda v: v)
    def __init__(self, name, points):
        self.name = name
        self.points = points
        self.history = []
        Player.count += 1
    def score(self):
        return (self.rate(self.points) + n) % 97
    def score_with(self, v):
        return (self.score() + v) % 97
    def gain(self, v):
        self.points = (self.points + v) % 97
        if len(self.history) < 5:
            self.history.append(v)
    def __add__(self, other):
        return type(self)(self.name, (self.score() + other.score()) % 97)
    def __call__(self, v):
        return (v + self.points + len(xs) + p) % 97
    def __repr__(self):
        return f"{self.name}:{self.points}:{m}"
class Captain(Player):
    def score(self):
        return (self.points * 2 + q) % 97
ann = Player("ann", 1)
bob = Captain("bob", 2)
team = {"a": ann, "b": bob}
squad = {"c": bob}
settings = {"level": 1, "apply": lambda v: (v + settings["level"]) % 97}`;

/** Shows all of a step's state, so that nothing that went wrong stays hidden. */
const END =
  'print(n, m, k, p, q, xs, ys, zs, d, e, box, crate, f(1), g(2), h(3), ann, bob, team, squad, Player.count, ann.score(), bob(1), settings["apply"](1))';

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
    const cells: CaseCell[] = [
      { name: '@parameters', source: PARAMETERS_CELL },
      { name: 's0', source: START }
    ];
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
