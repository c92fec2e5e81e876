import type { Call, Comprehension, ExceptHandler, Node, Stmt, Try } from './ast';
import type { SyntaxProblem } from './syntax/model';
import { checkMatch } from './patternChecks';
import { forEachChild } from './walk';

/**
 * What CPython's compiler refuses though the grammar takes it: `return` outside a function, `break` outside a loop,
 * `await` in a plain function, and their like. Top-level `await` is allowed, as in a notebook
 * (`PyCF_ALLOW_TOP_LEVEL_AWAIT`).
 */
export function checkSyntax(body: readonly Stmt[]): SyntaxProblem[] {
  const problems: SyntaxProblem[] = [];
  const report = (message: string, node: Node): void => {
    problems.push({ message, range: node.range });
  };
  for (const statement of body) check(statement, MODULE, report);
  return problems;
}

interface Surroundings {
  scope: 'module' | 'class' | 'function' | 'async-function' | 'lambda';
  inLoop: boolean;
  inComprehension: boolean;
  /** In the body of an `except*`; `loop` where a loop stands in between. */
  inExceptStar: 'no' | 'loop' | 'yes';
}

const MODULE: Surroundings = {
  scope: 'module',
  inLoop: false,
  inComprehension: false,
  inExceptStar: 'no'
};

type Report = (message: string, node: Node) => void;

function check(node: Node, around: Surroundings, report: Report): void {
  switch (node.kind) {
    case 'Name':
    case 'Constant':
      return;
    case 'FunctionDef': {
      const scope = node.isAsync ? 'async-function' : 'function';
      return checkDefinition(node, node.body, { ...MODULE, scope }, around, report);
    }
    case 'ClassDef':
      return checkDefinition(node, node.body, { ...MODULE, scope: 'class' }, around, report);
    case 'Lambda':
      check(node.args, around, report);
      return check(node.body, { ...MODULE, scope: 'lambda' }, report);
    case 'For':
      if (node.isAsync) checkAsync("'async for'", node, around, report);
      check(node.target, around, report);
      check(node.iter, around, report);
      return checkLoop(node, around, report);
    case 'While':
      check(node.test, around, report);
      return checkLoop(node, around, report);
    case 'Try':
      checkHandlers(node.handlers, report);
      return checkTry(node, around, report);
    case 'ListComp':
    case 'SetComp':
    case 'DictComp':
    case 'GeneratorExp':
      return checkComprehension(node, around, report);
  }
  checkNode(node, around, report);
  const mayHoldStars = HOLDS_STARS.has(node.kind);
  forEachChild(node, child => {
    if (child.kind === 'Starred' && !mayHoldStars) {
      report("can't use starred expression here", child);
    }
    check(child, around, report);
  });
}

const HOLDS_STARS = new Set<Node['kind']>([
  'Tuple',
  'List',
  'Set',
  'Call',
  'Arg',
  'TypeVarTuple',
  'InvalidExpr',
  // Their targets have been refused by the parser; the value of an assignment is checked by itself.
  'Assign',
  'Delete'
]);

/** What surrounds a definition runs outside of it: decorators, defaults, bases. */
function checkDefinition(
  node: Node,
  body: readonly Stmt[],
  inner: Surroundings,
  around: Surroundings,
  report: Report
): void {
  const inside = new Set<Node>(body);
  forEachChild(node, child => check(child, inside.has(child) ? inner : around, report));
}

/** The first iterable belongs to what is around. */
function checkComprehension(
  node: Node & { generators: Comprehension[] },
  around: Surroundings,
  report: Report
): void {
  const inner = { ...around, inComprehension: true };
  const first = node.generators[0];
  forEachChild(node, child => {
    if (child !== first) return check(child, inner, report);
    check(first.iter, around, report);
    check(first.target, inner, report);
    for (const test of first.ifs) check(test, inner, report);
  });
}

function checkLoop(
  node: { body: Stmt[]; orelse: Stmt[] },
  around: Surroundings,
  report: Report
): void {
  const inExceptStar = around.inExceptStar === 'no' ? 'no' : 'loop';
  const inner: Surroundings = { ...around, inLoop: true, inExceptStar };
  for (const child of node.body) check(child, inner, report);
  for (const child of node.orelse) check(child, around, report);
}

function checkTry(node: Try, around: Surroundings, report: Report): void {
  const inner: Surroundings = { ...around, inExceptStar: 'yes' };
  const handlers = new Set<Node>(node.isStar ? node.handlers : []);
  forEachChild(node, child => check(child, handlers.has(child) ? inner : around, report));
}

function checkAsync(what: string, node: Node, around: Surroundings, report: Report): void {
  const { scope } = around;
  if (scope === 'function' || scope === 'lambda' || scope === 'class') {
    report(`${what} outside async function`, node);
  }
}

function isFunction(around: Surroundings): boolean {
  return around.scope !== 'module' && around.scope !== 'class';
}

function checkNode(node: Node, around: Surroundings, report: Report): void {
  switch (node.kind) {
    case 'Return':
      if (!isFunction(around)) report("'return' outside function", node);
      else if (around.inExceptStar !== 'no') refuseInExceptStar(node, report);
      return;
    case 'Break':
      if (!around.inLoop) report("'break' outside loop", node);
      else if (around.inExceptStar === 'yes') refuseInExceptStar(node, report);
      return;
    case 'Continue':
      if (!around.inLoop) report("'continue' not properly in loop", node);
      else if (around.inExceptStar === 'yes') refuseInExceptStar(node, report);
      return;
    case 'Yield':
    case 'YieldFrom':
      if (around.inComprehension) report("'yield' inside a comprehension", node);
      else if (!isFunction(around)) report("'yield' outside function", node);
      else if (node.kind === 'YieldFrom' && around.scope === 'async-function') {
        report("'yield from' inside async function", node);
      }
      return;
    case 'Await':
      if (!around.inComprehension) checkAsync("'await'", node, around, report);
      return;
    case 'Assign':
      if (node.value.kind === 'Starred') report("can't use starred expression here", node.value);
      return;
    case 'Raise':
      if (node.exc === null && node.cause !== null) report('invalid syntax', node.cause);
      return;
    case 'With':
      if (node.isAsync) checkAsync("'async with'", node, around, report);
      return;
    case 'Match':
      return checkMatch(node, report);
    case 'Call':
      return checkKeywords(node, report);
    case 'ImportFrom':
      if (around.scope !== 'module' && node.names.some(alias => alias.name === '*')) {
        report('import * only allowed at module level', node);
      }
      return;
  }
}

function refuseInExceptStar(node: Node, report: Report): void {
  report("'break', 'continue' and 'return' cannot appear in an except* block", node);
}

function checkHandlers(handlers: readonly ExceptHandler[], report: Report): void {
  for (const handler of handlers.slice(0, -1)) {
    if (handler.type === null) report("default 'except:' must be last", handler);
  }
}

function checkKeywords(node: Call, report: Report): void {
  if (node.keywords.length < 2) return;
  const seen = new Set<string>();
  for (const keyword of node.keywords) {
    if (keyword.arg === null) continue;
    if (seen.has(keyword.arg)) report(`keyword argument repeated: ${keyword.arg}`, keyword);
    seen.add(keyword.arg);
  }
}
