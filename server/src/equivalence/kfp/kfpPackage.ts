import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const VENV = join(__dirname, '../../../../.venv');
/** An environment of its own: kfp pins what JupyterLab needs newer. `make test` makes it. */
const PYTHON = join(VENV, 'kfp/bin/python');

/** One version that a step left, as its state artifact says. */
export interface LeftValue {
  readonly name: string;
  readonly origin: string;
  readonly digest: string;
  readonly type: string;
}

export interface KfpTask {
  readonly metadata: Readonly<Record<string, Record<string, unknown>>>;
  readonly state: { steps: { name: string; left: LeftValue[] }[] } | null;
  readonly report: string | null;
}

export interface KfpRun {
  /** All that the containers printed. */
  readonly output: string;
  /** Those that succeeded. */
  readonly tasks: Readonly<Record<string, KfpTask>>;
}

/** What a step's image has beside Python: nothing at all, or the packages of this checkout, IPython among them. */
export type Image = 'bare' | 'packages';

export interface RunSettings {
  /** Where steps start. */
  readonly directory?: string;
  readonly parameters?: object;
  readonly image?: Image;
}

export interface KfpCheck {
  readonly name: string;
  readonly platform: boolean;
  readonly executors: number;
  readonly inputs: Readonly<Record<string, [string, unknown]>>;
}

/** The real `kfp` package, in one process for many pipelines. */
export class KfpPackage {
  private readonly root = mkdtempSync(join(tmpdir(), 'chard-kfp-'));
  private readonly child: ChildProcess;
  private readonly waiting: { resolve(line: string): void; reject(error: Error): void }[] = [];
  private readonly packages = sitePackages();
  private count = 0;

  constructor() {
    const environment = { ...process.env };
    // Steps would compile whole libraries again, each of them.
    delete environment['PYTHONDONTWRITEBYTECODE'];
    delete environment['PYTHONPATH'];
    this.child = spawn(PYTHON, [join(__dirname, 'worker.py')], {
      env: environment,
      stdio: ['pipe', 'pipe', 'ignore']
    });
    const fail = (why: string) => {
      for (const { reject } of this.waiting.splice(0)) reject(new Error(why));
    };
    this.child.on('error', error => fail(`${PYTHON}: ${error.message}; \`make test\` makes it`));
    this.child.on('exit', code => fail(`the process with kfp ended with ${code}`));
    createInterface({ input: this.child.stdout! }).on('line', line =>
      this.waiting.shift()?.resolve(line)
    );
  }

  check(text: string): Promise<KfpCheck> {
    return this.ask({ op: 'check', file: this.write(text) });
  }

  /** Executes a pipeline. */
  run(
    text: string,
    { directory, parameters = {}, image = 'packages' }: RunSettings = {}
  ): Promise<KfpRun> {
    const file = this.write(text);
    const root = `${file}.artifacts`;
    const here = directory ?? `${file}.directory`;
    mkdirSync(here, { recursive: true });
    return this.ask({
      op: 'run',
      file,
      root,
      directory: here,
      packages: image === 'bare' ? null : this.packages,
      arguments: parameters
    });
  }

  close(): void {
    this.child.removeAllListeners('exit');
    this.child.kill();
    rmSync(this.root, { recursive: true, force: true });
  }

  private write(text: string): string {
    this.count += 1;
    const file = join(this.root, `${this.count}.yaml`);
    writeFileSync(file, text);
    return file;
  }

  private async ask<Answer>(command: object): Promise<Answer> {
    const line = await new Promise<string>((resolve, reject) => {
      this.waiting.push({ resolve, reject });
      this.child.stdin!.write(`${JSON.stringify(command)}\n`);
    });
    const answer = JSON.parse(line) as { result: Answer } | { error: string };
    if ('error' in answer) throw new Error(answer.error);
    return answer.result;
  }
}

function sitePackages(): string {
  const lib = join(VENV, 'lib');
  const [python] = readdirSync(lib).filter(name => name.startsWith('python'));
  return join(lib, python!, 'site-packages');
}
