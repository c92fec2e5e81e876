import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface IPythonCall {
  method: 'run_line_magic' | 'run_cell_magic' | 'system' | 'getoutput' | 'show_usage';
  arguments: string[];
}

export interface IPythonOutcome {
  /** Null where IPython's own transformer raises. */
  source: string | null;
  parses: boolean;
  /** So does the Python that magics in it compile. */
  parsesInside: boolean;
  calls: IPythonCall[];
}

/** The checkout's own interpreter, else the one on the path. */
export function testPython(): string {
  for (let folder = __dirname; folder !== dirname(folder); folder = dirname(folder)) {
    const python = join(folder, '.venv', 'bin', 'python');
    if (existsSync(python)) return python;
  }
  return 'python3';
}

/** Runs a Python file on JSON and gives the JSON that it prints. */
export function askPython(file: string, question: unknown): unknown {
  const { status, stdout, stderr } = spawnSync(testPython(), [file], {
    input: JSON.stringify(question),
    encoding: 'utf8',
    timeout: 60_000,
    maxBuffer: 1 << 28
  });
  if (status !== 0) throw new Error(`${file} failed:\n${stderr}`);
  return JSON.parse(stdout);
}

/** What IPython makes of cells, and which sources Python accepts, in one process. */
export function askIPython(
  cells: readonly string[],
  sources: readonly string[]
): { cells: IPythonOutcome[]; sources: boolean[] } {
  return askPython(join(__dirname, 'inputtransformer.py'), { cells, sources }) as {
    cells: IPythonOutcome[];
    sources: boolean[];
  };
}
