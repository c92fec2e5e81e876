import { readFile } from 'node:fs/promises';
import type { PythonParser } from '@chard/core/python';
import { createTreeSitterParser } from '@chard/core/python/treeSitter';
import { wasmFile } from '../installation';

let loading: Promise<PythonParser> | null = null;

/** The parser on the WASM that the bundle brings, one for the process. */
export function loadPythonParser(): Promise<PythonParser> {
  loading ??= load();
  return loading;
}

async function load(): Promise<PythonParser> {
  const [runtime, grammar] = await Promise.all([
    readFile(wasmFile('web-tree-sitter.wasm')),
    readFile(wasmFile('tree-sitter-python.wasm'))
  ]);
  return createTreeSitterParser({ runtime, grammar });
}
