import type { Arguments, Node } from './ast';

function visitAll(nodes: readonly (Node | null)[], visit: (child: Node) => void): void {
  for (const node of nodes) if (node !== null) visit(node);
}

function visitArguments(node: Arguments, visit: (child: Node) => void): void {
  visitAll(node.posonlyargs, visit);
  visitAll(node.args, visit);
  if (node.vararg) visit(node.vararg);
  visitAll(node.kwonlyargs, visit);
  if (node.kwarg) visit(node.kwarg);
  visitAll(node.defaults, visit);
  visitAll(node.kwDefaults, visit);
}

/** Calls `visit` for each direct child of a node, in order of CPython's fields (decorators before the definition). */
export function forEachChild(node: Node, visit: (child: Node) => void): void {
  switch (node.kind) {
    case 'FunctionDef':
      visitAll(node.decorators, visit);
      visitAll(node.typeParams, visit);
      visitArguments(node.args, visit);
      if (node.returns) visit(node.returns);
      return visitAll(node.body, visit);
    case 'ClassDef':
      visitAll(node.decorators, visit);
      visitAll(node.typeParams, visit);
      visitAll(node.bases, visit);
      visitAll(node.keywords, visit);
      return visitAll(node.body, visit);
    case 'Return':
    case 'Yield':
      if (node.value) visit(node.value);
      return;
    case 'Delete':
      return visitAll(node.targets, visit);
    case 'Assign':
      visitAll(node.targets, visit);
      return visit(node.value);
    case 'TypeAlias':
      visit(node.name);
      visitAll(node.typeParams, visit);
      return visit(node.value);
    case 'AugAssign':
    case 'NamedExpr':
      visit(node.target);
      return visit(node.value);
    case 'AnnAssign':
      visit(node.target);
      visit(node.annotation);
      if (node.value) visit(node.value);
      return;
    case 'For':
      visit(node.target);
      visit(node.iter);
      visitAll(node.body, visit);
      return visitAll(node.orelse, visit);
    case 'While':
    case 'If':
      visit(node.test);
      visitAll(node.body, visit);
      return visitAll(node.orelse, visit);
    case 'With':
      visitAll(node.items, visit);
      return visitAll(node.body, visit);
    case 'Match':
      visit(node.subject);
      return visitAll(node.cases, visit);
    case 'Raise':
      if (node.exc) visit(node.exc);
      if (node.cause) visit(node.cause);
      return;
    case 'Try':
      visitAll(node.body, visit);
      visitAll(node.handlers, visit);
      visitAll(node.orelse, visit);
      return visitAll(node.finalbody, visit);
    case 'Assert':
      visit(node.test);
      if (node.msg) visit(node.msg);
      return;
    case 'Import':
    case 'ImportFrom':
      return visitAll(node.names, visit);
    case 'InvalidStmt':
      return visitAll(node.body, visit);
    case 'BoolOp':
    case 'JoinedStr':
    case 'TemplateStr':
    case 'InvalidExpr':
      return visitAll(node.values, visit);
    case 'BinOp':
      visit(node.left);
      return visit(node.right);
    case 'UnaryOp':
      return visit(node.operand);
    case 'Lambda':
      visitArguments(node.args, visit);
      return visit(node.body);
    case 'IfExp':
      visit(node.test);
      visit(node.body);
      return visit(node.orelse);
    case 'Dict':
      return node.values.forEach((value, index) => {
        const key = node.keys[index];
        if (key) visit(key);
        visit(value);
      });
    case 'Set':
    case 'List':
    case 'Tuple':
      return visitAll(node.elts, visit);
    case 'ListComp':
    case 'SetComp':
    case 'GeneratorExp':
      visit(node.elt);
      return visitAll(node.generators, visit);
    case 'DictComp':
      visit(node.key);
      visit(node.value);
      return visitAll(node.generators, visit);
    case 'Expr':
    case 'Await':
    case 'YieldFrom':
    case 'Attribute':
    case 'Starred':
    case 'Keyword':
    case 'MatchValue':
      return visit(node.value);
    case 'Compare':
      visit(node.left);
      return visitAll(node.comparators, visit);
    case 'Call':
      visit(node.func);
      visitAll(node.args, visit);
      return visitAll(node.keywords, visit);
    case 'FormattedValue':
    case 'Interpolation':
      visit(node.value);
      if (node.formatSpec) visit(node.formatSpec);
      return;
    case 'Subscript':
      visit(node.value);
      return visit(node.slice);
    case 'Slice':
      return visitAll([node.lower, node.upper, node.step], visit);
    case 'Comprehension':
      visit(node.target);
      visit(node.iter);
      return visitAll(node.ifs, visit);
    case 'ExceptHandler':
      if (node.type) visit(node.type);
      return visitAll(node.body, visit);
    case 'Arguments':
      return visitArguments(node, visit);
    case 'Arg':
      if (node.annotation) visit(node.annotation);
      return;
    case 'WithItem':
      visit(node.contextExpr);
      if (node.optionalVars) visit(node.optionalVars);
      return;
    case 'MatchCase':
      visit(node.pattern);
      if (node.guard) visit(node.guard);
      return visitAll(node.body, visit);
    case 'MatchSequence':
    case 'MatchOr':
      return visitAll(node.patterns, visit);
    case 'MatchMapping':
      visitAll(node.keys, visit);
      return visitAll(node.patterns, visit);
    case 'MatchClass':
      visit(node.cls);
      visitAll(node.patterns, visit);
      return visitAll(node.kwdPatterns, visit);
    case 'MatchAs':
      if (node.pattern) visit(node.pattern);
      return;
    case 'TypeVar':
      return visitAll([node.bound, node.default], visit);
    case 'ParamSpec':
    case 'TypeVarTuple':
      if (node.default) visit(node.default);
      return;
    case 'Global':
    case 'Nonlocal':
    case 'Pass':
    case 'Break':
    case 'Continue':
    case 'Constant':
    case 'Name':
    case 'MatchSingleton':
    case 'MatchStar':
      return;
  }
}
