import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { PythonParser } from '../../python';
import { createTreeSitterParser } from '../../python/treeSitter';

const resolver = createRequire(__filename);

/** The parser that the server and the browser use, loaded from the installed packages. */
export function testParser(): Promise<PythonParser> {
  return createTreeSitterParser({
    runtime: readFileSync(resolver.resolve('web-tree-sitter/web-tree-sitter.wasm')),
    grammar: readFileSync(resolver.resolve('tree-sitter-python/tree-sitter-python.wasm'))
  });
}
