import type { Alias, Stmt } from '../ast';
import type { Cst } from './cst';
import type { Lowering } from './lowering';
import { readable } from './lowering';

function dottedName(lowering: Lowering, node: Cst): string {
  return node.children
    .filter(part => part.type === 'identifier')
    .map(part => lowering.identifier(part))
    .join('.');
}

function lowerAlias(lowering: Lowering, node: Cst): Alias {
  const range = lowering.range(node);
  if (node.type === 'wildcard_import') return { kind: 'Alias', name: '*', asname: null, range };
  if (node.type === 'dotted_name') {
    return { kind: 'Alias', name: dottedName(lowering, node), asname: null, range };
  }
  const [name, , asname] = readable(node);
  return {
    kind: 'Alias',
    name: name === undefined ? '' : dottedName(lowering, name),
    asname: asname === undefined ? null : lowering.identifier(asname),
    range
  };
}

const ALIASES = new Set(['dotted_name', 'aliased_import', 'wildcard_import']);

/** The names after `import`; a name that is not there yet (`import `) is left out. */
function aliases(lowering: Lowering, node: Cst): Alias[] {
  const start = node.children.findIndex(child => child.type === 'import');
  return node.children
    .slice(start + 1)
    .filter(child => ALIASES.has(child.type) && child.start < child.end)
    .map(child => lowerAlias(lowering, child));
}

export function lowerImport(lowering: Lowering, node: Cst): Stmt {
  return { kind: 'Import', names: aliases(lowering, node), range: lowering.range(node) };
}

export function lowerFutureImport(lowering: Lowering, node: Cst): Stmt {
  return {
    kind: 'ImportFrom',
    module: '__future__',
    names: aliases(lowering, node),
    level: 0,
    range: lowering.range(node)
  };
}

export function lowerImportFrom(lowering: Lowering, node: Cst): Stmt {
  const source = readable(node)[1];
  const relative = source?.type === 'relative_import' ? source : undefined;
  const prefix = relative?.child('import_prefix');
  const moduleNode = relative === undefined ? source : relative.child('dotted_name');
  return {
    kind: 'ImportFrom',
    module: moduleNode === undefined ? null : dottedName(lowering, moduleNode),
    names: aliases(lowering, node),
    level: prefix === undefined ? 0 : lowering.text(prefix).replace(/[^.]/g, '').length,
    range: lowering.range(node)
  };
}
