import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const REPOSITORY = resolve(__dirname, '../../../..');
export const EXAMPLES = join(REPOSITORY, 'examples');
export const PYTHON = join(REPOSITORY, '.venv/bin/python');
/** A command that has not ended by then hangs. */
const HANGS_AFTER_MS = 180_000;

export interface Result {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

export interface Invocation {
  /** Given on standard input; null: that stays open. */
  readonly input?: string | null;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Called with each whole line of standard output, as it comes. */
  readonly onLine?: (line: string, child: ChildProcess) => void;
}

/** The built command and server with a store and a folder of their own. */
export class Chard {
  readonly folder = mkdtempSync(join(tmpdir(), 'chard-e2e-'));
  readonly home = join(this.folder, 'home');
  private readonly main = join(this.folder, 'installed/server/main.mjs');
  /** The companion server's program. */
  readonly serve = join(this.folder, 'installed/server/serve.mjs');

  /** Builds the real bundle. */
  constructor() {
    const installed = join(this.folder, 'installed');
    mkdirSync(installed);
    for (const part of ['runner', 'suggester']) {
      symlinkSync(join(REPOSITORY, part), join(installed, part));
    }
    const build = join(REPOSITORY, 'server/build.mjs');
    execFileSync(process.execPath, [build, '--out', join(installed, 'server')]);
  }

  /** Runs `chard` with these words until it ends. */
  run(words: readonly string[], options: Invocation = {}): Promise<Result> {
    return this.start(words, options).ended;
  }

  start(
    words: readonly string[],
    { input = '', env = {}, cwd, onLine }: Invocation = {}
  ): { child: ChildProcess; ended: Promise<Result> } {
    const child = spawn(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', this.main, ...words],
      { cwd: cwd ?? this.folder, env: { ...this.environment(), ...env }, stdio: 'pipe' }
    );
    const ended = new Promise<Result>((settle, reject) => {
      let out = '';
      let err = '';
      let partial = '';
      const hung = setTimeout(() => {
        child.kill('SIGKILL');
        reject(new Error(`chard ${words.join(' ')} hangs; so far:\n${out}\n${err}`));
      }, HANGS_AFTER_MS);
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        out += text;
        const lines = (partial + text).split('\n');
        partial = lines.pop() ?? '';
        lines.forEach(line => onLine?.(line, child));
      });
      child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
      child.on('error', reject);
      child.on('close', (code, signal) => {
        clearTimeout(hung);
        settle({ code, signal, out, err });
      });
      // A command that needs no input may be gone before it is written.
      child.stdin.on('error', () => undefined);
      if (input !== null) child.stdin.end(input);
    });
    return { child, ended };
  }

  /** Processes that the command started for steps and that still live, as their command lines. */
  leftBehind(): string[] {
    return readdirSync('/proc')
      .filter(name => /^\d+$/.test(name))
      .flatMap(pid => {
        const environment = readProcess(pid, 'environ');
        const ours =
          environment.includes(`CHARD_HOME=${this.home}\0`) && environment.includes('CHARD_STEP');
        return ours ? [readProcess(pid, 'cmdline').replaceAll('\0', ' ')] : [];
      });
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Of a process of this installation. */
  environment(): NodeJS.ProcessEnv {
    return {
      ...process.env,
      CHARD_HOME: this.home,
      CHARD_PYTHON: PYTHON,
      XDG_CACHE_HOME: join(this.folder, 'cache'),
      JUPYTER_PATH: join(this.folder, 'jupyter'),
      JUPYTER_DATA_DIR: join(this.folder, 'jupyter-data'),
      NO_COLOR: '1'
    };
  }
}

/** Empty for a process that has ended meanwhile. */
function readProcess(pid: string, file: string): string {
  try {
    return readFileSync(join('/proc', pid, file), 'utf8');
  } catch {
    return '';
  }
}
