import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { testPython } from '../ipython/oracle';
import type { Plain } from './plainTrees';
import type { RawTree } from './rawTrees';

export type Corpus = 'library' | 'test-strings';

/** A source and what CPython says about it. */
export interface CorpusEntry {
  name: string;
  source: string;
  /** Null where CPython refuses the source. */
  tree: RawTree | null;
  refused: string | null;
}

export interface Oracle {
  /** `3.11` */
  version: string;
  /** The standard library's own tests are installed. */
  hasTests: boolean;
}

/** Asks the interpreter of the checkout what it can be an oracle for. */
export function findOracle(): Oracle {
  const code = [
    'import json, pathlib, sys, sysconfig',
    'tests = pathlib.Path(sysconfig.get_path("stdlib")) / "test" / "test_grammar.py"',
    'version = ".".join(map(str, sys.version_info[:2]))',
    'print(json.dumps({"version": version, "hasTests": tests.is_file()}))'
  ].join('\n');
  const { status, stdout, stderr } = spawnSync(testPython(), ['-c', code], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`Python cannot be asked for its version:\n${stderr}`);
  return JSON.parse(stdout) as Oracle;
}

/** Gives the sources of a corpus as CPython works through them; the whole never is in memory. */
export async function* readCorpus(corpus: Corpus): AsyncGenerator<CorpusEntry> {
  for await (const line of printedBy(join(__dirname, 'symtables.py'), [corpus])) {
    const entry = JSON.parse(line) as Partial<CorpusEntry> & Pick<CorpusEntry, 'name' | 'source'>;
    yield { ...entry, tree: entry.tree ?? null, refused: entry.refused ?? null };
  }
}

/** A file of the standard library and its tree, as CPython's `ast` has it. */
export interface TreeEntry {
  name: string;
  source: string;
  tree: Plain;
}

/** Gives every `parts`-th file of the standard library, from the `part`-th on. */
export async function* readTrees(part: number, parts: number): AsyncGenerator<TreeEntry> {
  const lines = printedBy(join(__dirname, 'asts.py'), [String(part), String(parts)]);
  for await (const line of lines) yield JSON.parse(line) as TreeEntry;
}

/** The lines that a Python file prints, as they come. */
async function* printedBy(script: string, args: readonly string[]): AsyncGenerator<string> {
  const child = spawn(testPython(), [script, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  yield* createInterface({ input: child.stdout });
  const status = await ended;
  if (status !== 0) throw new Error(`${script} ${args.join(' ')} ended with status ${status}.`);
}
