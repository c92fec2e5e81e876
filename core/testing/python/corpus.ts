import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { testPython } from '../ipython/oracle';
import type { RawTree } from './rawTrees';

const SCRIPT = join(__dirname, 'symtables.py');

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
  const child = spawn(testPython(), [SCRIPT, corpus], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const entry = JSON.parse(line) as Partial<CorpusEntry> & Pick<CorpusEntry, 'name' | 'source'>;
    yield { ...entry, tree: entry.tree ?? null, refused: entry.refused ?? null };
  }
  const status = await ended;
  if (status !== 0) throw new Error(`${SCRIPT} ${corpus} ended with status ${status}.`);
}
