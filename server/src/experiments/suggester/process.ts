import { spawn, type ChildProcess } from 'node:child_process';
import { delimiter } from 'node:path';
import type { ExperimentState } from '@chard/core/experiment';
import {
  SUGGESTER_ANSWERS,
  SUGGESTER_PROTOCOL,
  SuggesterAnswer,
  SuggesterGreeting,
  type SuggesterRequest
} from '@chard/core/protocol';
import type { z } from 'zod';
import { LineSplitter } from '../../engines/local/processes/lines';
import { ChardError } from '../../errors';
import type { Host } from '../../host';
import { suggesterFolder } from '../../installation';
import { studyOf, studyTrial } from './study';
import type {
  Ending,
  ImportanceMethod,
  Importances,
  Memory,
  OpenSuggester,
  Suggester,
  Suggestion
} from './suggester';

const KEPT_CHARACTERS = 4096;

type Answer<Kind extends SuggesterRequest> = z.infer<(typeof SUGGESTER_ANSWERS)[Kind]>;

interface Waiting {
  resolve(answer: unknown): void;
  reject(error: Error): void;
}

/** Suggests with Optuna, in a process of the Python that Chard is installed in. */
export function optunaSuggester(host: Pick<Host, 'python' | 'environment'>): OpenSuggester {
  return async (state, memory) => {
    const suggester = await SuggesterProcess.start(host);
    try {
      await suggester.open(state, memory);
      return suggester;
    } catch (error) {
      suggester.close();
      throw error;
    }
  };
}

class SuggesterProcess implements Suggester {
  private readonly waiting = new Map<number, Waiting>();
  private readonly greeted: Promise<void>;
  private greet: Waiting = { resolve: () => undefined, reject: () => undefined };
  private hasGreeted = false;
  private lastId = 0;
  private complaint = '';
  private gone: ChardError | null = null;

  private constructor(
    private readonly child: ChildProcess,
    private readonly python: string
  ) {
    this.greeted = new Promise((resolve, reject) => {
      this.greet = { resolve: () => resolve(), reject };
    });
    // Whoever started it waits for it; a later failure has been told by then.
    this.greeted.catch(() => undefined);
    const lines = new LineSplitter();
    child.stdout?.on('data', (chunk: Buffer) => {
      for (const line of lines.push(chunk)) this.hear(line);
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.complaint = (this.complaint + text).slice(-KEPT_CHARACTERS);
    });
    // A process that has ended closes the pipe; its exit tells.
    child.stdin?.on('error', () => undefined);
    child.on('error', error => this.end(`cannot be started (${error.message})`));
    child.on('close', (code, signal) => this.end(`ended (${signal ?? `exit code ${code}`})`));
  }

  static async start({
    python,
    environment
  }: Pick<Host, 'python' | 'environment'>): Promise<SuggesterProcess> {
    const inherited = environment['PYTHONPATH'];
    const child = spawn(python, ['-m', 'chard_suggester'], {
      env: {
        // One thread: the machine is for the trials.
        OMP_NUM_THREADS: '1',
        ...environment,
        PYTHONPATH: [suggesterFolder(), ...(inherited ? [inherited] : [])].join(delimiter)
      },
      // Of a session of its own: a Ctrl-C in the terminal is for the server to make sense of.
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe']
    });
    const suggester = new SuggesterProcess(child, python);
    await suggester.greeted;
    return suggester;
  }

  async open(state: ExperimentState, memory: Memory): Promise<void> {
    await this.request('open', { ...studyOf(state), memory });
  }

  async ask(): Promise<Suggestion | null> {
    const answer = await this.request('ask', {});
    return answer.exhausted ? null : answer;
  }

  async report(trial: number, step: number, value: number): Promise<boolean> {
    return (await this.request('report', { trial, step, value })).prune;
  }

  async tell(trial: number, { state, value }: Ending): Promise<Memory> {
    return (await this.request('tell', { trial, state, value })).memory;
  }

  importances(method: ImportanceMethod): Promise<Importances> {
    return this.request('importances', { method });
  }

  async export(state: ExperimentState, name: string, path: string): Promise<void> {
    const { spec, trials } = state;
    await this.request('export', {
      name,
      path,
      metric: spec.objective.metric,
      trials: trials.map(trial => studyTrial(spec, trial))
    });
  }

  close(): void {
    // Its input's end is its end; what it is still busy with is of no use to anybody.
    this.gone ??= new ChardError('suggester-closed', 'The suggester was closed.');
    this.child.stdin?.end();
    this.child.kill('SIGKILL');
  }

  private request<Kind extends SuggesterRequest>(
    kind: Kind,
    content: object
  ): Promise<Answer<Kind>> {
    if (this.gone !== null) return Promise.reject(this.gone);
    this.lastId += 1;
    const id = this.lastId;
    return new Promise<unknown>((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.child.stdin?.write(`${JSON.stringify({ id, do: kind, ...content })}\n`);
    }).then(answer => SUGGESTER_ANSWERS[kind].parse(answer) as Answer<Kind>);
  }

  private hear(line: string): void {
    try {
      const message: unknown = JSON.parse(line);
      if (this.hasGreeted) this.take(SuggesterAnswer.parse(message));
      else this.beGreeted(SuggesterGreeting.parse(message));
    } catch (error) {
      this.end(`does not keep to its protocol (${error instanceof Error ? error.message : line})`);
      this.child.kill('SIGKILL');
    }
  }

  private beGreeted(greeting: SuggesterGreeting): void {
    this.hasGreeted = true;
    if (greeting.protocol !== SUGGESTER_PROTOCOL) {
      return this.end('is of another version of Chard: install jupyterlab-chard again');
    }
    if (greeting.ready) return this.greet.resolve(null);
    this.gone = new ChardError(
      'suggester-missing',
      `Tuning needs Optuna, and ${this.python} has no module "${greeting.missing}". ` +
        'Run `pip install optuna` in the environment that Chard is installed in.'
    );
    this.greet.reject(this.gone);
  }

  private take(answer: SuggesterAnswer): void {
    const waiting = this.waiting.get(answer.id);
    this.waiting.delete(answer.id);
    if (answer.ok) waiting?.resolve(answer.answer);
    else waiting?.reject(failureOf(answer.error));
  }

  private end(how: string): void {
    const why = this.complaint.trim().split('\n').at(-1) ?? '';
    this.gone ??= new ChardError(
      'suggester-failed',
      `The process that suggests trials (${this.python} -m chard_suggester) ${how}${why === '' ? '.' : `: ${why}`}`
    );
    this.greet.reject(this.gone);
    for (const { reject } of this.waiting.values()) reject(this.gone);
    this.waiting.clear();
  }
}

function failureOf({ code, message }: { code: string; message: string }): ChardError {
  if (code !== 'internal') return new ChardError(code, message);
  const last = message.trim().split('\n').at(-1) ?? '';
  return new ChardError('suggester-failed', `The algorithm failed: ${last}`, { cause: message });
}
