import { evaluateLiteral } from '../python/literals';
import type { Expr, Stmt } from '../python';
import type { CellCode, CodeUnit } from '../python/dataflow';
import { readMetrics } from '../pipeline/metrics';

/** What a cell's code looks like by itself, before it is seen among the others. */
export type CodeShape = 'empty' | 'imports' | 'functions' | 'literals' | 'look' | 'report' | 'work';

/**
 * Tells a cell's shape. `report` looks at numbers as metrics do; `look` only shows what is there, so that nothing below
 * could miss it. What is in doubt is `work`.
 */
export function shapeOf(code: CellCode): CodeShape {
  const { unit } = code;
  const body = unit.body.filter(statement => !isText(statement));
  if (body.length === 0 && unit.constructs.length === 0) return 'empty';
  if (unit.problems.length > 0) return 'work';
  if (body.every(isImport)) return 'imports';
  if (body.every(statement => isImport(statement) || isDefinition(statement))) return 'functions';
  if (body.every(isLiteralLine)) return 'literals';
  if (isReport(code, body)) return 'report';
  return isLook(unit, body) ? 'look' : 'work';
}

function isText(statement: Stmt): boolean {
  return (
    statement.kind === 'Expr' &&
    statement.value.kind === 'Constant' &&
    statement.value.value.type === 'str'
  );
}

function isImport(statement: Stmt): boolean {
  return statement.kind === 'Import' || statement.kind === 'ImportFrom';
}

function isDefinition(statement: Stmt): boolean {
  return statement.kind === 'FunctionDef' || statement.kind === 'ClassDef';
}

function isLiteralLine(statement: Stmt): boolean {
  if (statement.kind === 'AnnAssign') {
    return (
      statement.target.kind === 'Name' && !!statement.value && !!evaluateLiteral(statement.value)
    );
  }
  return (
    statement.kind === 'Assign' &&
    statement.targets.length === 1 &&
    statement.targets[0]!.kind === 'Name' &&
    !!evaluateLiteral(statement.value)
  );
}

/** Every line prints labelled numbers, or numbers that have a name. */
function isReport(code: CellCode, body: readonly Stmt[]): boolean {
  const prints = body.every(
    statement =>
      statement.kind === 'Expr' &&
      statement.value.kind === 'Call' &&
      statement.value.func.kind === 'Name' &&
      statement.value.func.id === 'print'
  );
  if (!prints) return false;
  const { metrics, diagnostics } = readMetrics([code]);
  return metrics.length > 0 && diagnostics.length === 0;
}

/** Functions and methods that show what they are given and change nothing. */
const SHOWS = new Set(['print', 'display', 'len', 'type', 'help', 'dir', 'repr', 'str']);
const SHOW_METHODS = new Set([
  'head',
  'tail',
  'info',
  'describe',
  'sample',
  'value_counts',
  'nunique',
  'isna',
  'isnull',
  'sum',
  'mean',
  'corr',
  'keys',
  'summary'
]);

function isLook(unit: CodeUnit, body: readonly Stmt[]): boolean {
  return (
    unit.constructs.length === 0 &&
    unit.boundNames.size === 0 &&
    body.every(statement => statement.kind === 'Expr' && shows(statement.value))
  );
}

function shows(value: Expr): boolean {
  switch (value.kind) {
    case 'Name':
    case 'Constant':
      return true;
    case 'Attribute':
      return shows(value.value);
    case 'Subscript':
      return shows(value.value) && shows(value.slice);
    case 'Tuple':
    case 'List':
      return value.elts.every(shows);
    case 'JoinedStr':
      return value.values.every(part => part.kind !== 'FormattedValue' || shows(part.value));
    case 'Call': {
      const { func, args, keywords } = value;
      const known =
        func.kind === 'Name'
          ? SHOWS.has(func.id)
          : func.kind === 'Attribute' && SHOW_METHODS.has(func.attr) && shows(func.value);
      return known && args.every(shows) && keywords.every(keyword => shows(keyword.value));
    }
    default:
      return false;
  }
}
