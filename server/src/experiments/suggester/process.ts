import type { ExperimentState } from '@chard/core/experiment';
import {
  SUGGESTER_ANSWERS,
  SUGGESTER_PROTOCOL,
  SuggesterAnswer,
  SuggesterGreeting,
  type SuggesterRequest
} from '@chard/core/protocol';
import type { z } from 'zod';
import { ChardError } from '../../errors';

import { PythonProcess, type PythonHost } from './pythonProcess';
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

type Answer<Kind extends SuggesterRequest> = z.infer<(typeof SUGGESTER_ANSWERS)[Kind]>;

interface Waiting {
  resolve(answer: unknown): void;
  reject(error: Error): void;
}

/**
 * Suggests with Optuna, in a process of the Python that Chard is installed in.
 *
 * @param started the first process to be opened, where one has been started already.
 */
export function optunaSuggester(
  host: PythonHost,
  started: PythonProcess | null = null
): OpenSuggester {
  let waiting = started;
  return (state, memory) => {
    const child = waiting ?? PythonProcess.start(host);
    waiting = null;
    return opened(child, state, memory);
  };
}

async function opened(
  child: PythonProcess,
  state: ExperimentState,
  memory: Memory
): Promise<Suggester> {
  const suggester = new SuggesterProcess(child);
  try {
    await suggester.open(state, memory);
    return suggester;
  } catch (error) {
    suggester.close();
    throw error;
  }
}

class SuggesterProcess implements Suggester {
  private readonly waiting = new Map<number, Waiting>();
  private readonly greeted: Promise<void>;
  private greet: Waiting = { resolve: () => undefined, reject: () => undefined };
  private hasGreeted = false;
  private lastId = 0;
  private gone: ChardError | null = null;

  constructor(private readonly child: PythonProcess) {
    this.greeted = new Promise((resolve, reject) => {
      this.greet = { resolve: () => resolve(), reject };
    });
    // Whoever started it waits for it; a later failure has been told by then.
    this.greeted.catch(() => undefined);
    child.listen(line => this.hear(line));
    void child.ended.then(how => this.end(how));
  }

  async open(state: ExperimentState, memory: Memory): Promise<void> {
    // Written before the process listens: it is read as soon as Optuna is there.
    const opening = this.request('open', { ...studyOf(state), memory });
    opening.catch(() => undefined);
    await this.greeted;
    await opening;
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
    // What it is still busy with is of no use to anybody.
    this.gone ??= new ChardError('suggester-closed', 'The suggester was closed.');
    this.child.kill();
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
      this.child.send(JSON.stringify({ id, do: kind, ...content }));
    }).then(answer => SUGGESTER_ANSWERS[kind].parse(answer) as Answer<Kind>);
  }

  private hear(line: string): void {
    try {
      const message: unknown = JSON.parse(line);
      if (this.hasGreeted) this.take(SuggesterAnswer.parse(message));
      else this.beGreeted(SuggesterGreeting.parse(message));
    } catch (error) {
      this.end(`does not keep to its protocol (${error instanceof Error ? error.message : line})`);
      this.child.kill();
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
      `Tuning needs Optuna, and ${this.child.python} has no module "${greeting.missing}". ` +
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
    const { python, lastComplaint: why } = this.child;
    this.gone ??= new ChardError(
      'suggester-failed',
      `The process that suggests trials (${python} -m chard_suggester) ${how}${why === '' ? '.' : `: ${why}`}`
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
