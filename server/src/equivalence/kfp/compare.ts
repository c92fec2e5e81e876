import { METRICS_STEP, type Pipeline } from '@chard/core/pipeline';
import type { RunState } from '@chard/core/run';
import { plainText } from '@chard/core/text';
import type { KfpRun, KfpTask } from './kfpPackage';

/** What a run came to, in a form in which both engines' runs can be compared. */
export interface Result {
  /** Of each step that succeeded, each name with type, digest and origin. */
  readonly values: Readonly<Record<string, Record<string, string>>>;
  readonly prints: Readonly<Record<string, string>>;
  readonly metrics: Readonly<Record<string, unknown>>;
  readonly error: { step: string; cell: number | null; line: number | null; text: string } | null;
}

/**
 * State that differs because the processes do, whatever steps did: environment, search path and folder. A value of the
 * type `os._Environ` (`from os import environ`) is the first of them under another name.
 */
const OF_THE_PROCESS = new Set(['@environ', '@sys.path', '@cwd']);

type Value = { name: string; type: string; digest: string; origin: string };

function comparable(values: readonly Value[]): Record<string, string> {
  const rows = values
    .filter(({ name, type }) => !OF_THE_PROCESS.has(name) && type !== 'os._Environ')
    .map(({ name, type, digest, origin }) => [name, `${type} ${digest} of ${origin}`] as const);
  return Object.fromEntries([...rows].sort(([one], [other]) => (one < other ? -1 : 1)));
}

export function localResult(state: RunState, prints: Record<string, string>): Result {
  const done = state.steps.filter(({ phase }) => phase === 'succeeded');
  return {
    values: Object.fromEntries(done.map(step => [step.name, comparable(step.values)])),
    prints: Object.fromEntries(done.map(({ name }) => [name, asPrinted(prints[name] ?? '')])),
    metrics: Object.fromEntries([...state.metrics].map(([name, { last }]) => [name, last])),
    error:
      state.error === null
        ? null
        : {
            step: state.error.step ?? '',
            cell: state.error.cell,
            line: state.error.line,
            text: `${state.error.type}: ${state.error.message}`
          }
  };
}

export function kfpResult(pipeline: Pipeline, run: KfpRun): Result {
  const names = [...pipeline.steps.map(({ name }) => name), METRICS_STEP];
  const done = new Map<string, KfpTask>();
  for (const task of Object.values(run.tasks)) {
    const name = task.state?.steps.at(-1)?.name;
    if (name !== undefined) done.set(name, task);
  }
  const tasks = names.flatMap(name => {
    const task = done.get(name);
    return task === undefined ? [] : [[name, task] as const];
  });
  return {
    values: Object.fromEntries(
      tasks.map(([name, task]) => [name, comparable(task.state?.steps.at(-1)?.left ?? [])])
    ),
    prints: Object.fromEntries(
      tasks.map(([name, task]) => [name, reportedText(task.report ?? '')])
    ),
    metrics: Object.assign({}, ...tasks.map(([, task]) => task.metadata['metrics'] ?? {})),
    error: errorOf(run.output)
  };
}

const FAILURE = /^chard: the step "(.*)" failed(?: in cell (\d+)(?:, line (\d+))?)?: ([^]*?)\s*$/;

/** The failure as the container's last words say it. */
function errorOf(output: string): Result['error'] {
  const at = output.lastIndexOf('chard: the step "');
  const match = at < 0 ? null : FAILURE.exec(output.slice(at));
  if (match === null) return null;
  const [, step = '', cell, line, text = ''] = match;
  // kfp.local indents what it streams, and draws a line behind it.
  const message = text
    .replace(/\n\s*-{40,}[^]*$/, '')
    .trimEnd()
    .split('\n')
    .map(each => each.replace(/^ {4}/, ''))
    .join('\n');
  const number = (digits: string | undefined) => (digits === undefined ? null : Number(digits));
  return { step, cell: number(cell), line: number(line), text: message };
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&lt;': '<',
  '&gt;': '>',
  '&amp;': '&',
  '&quot;': '"',
  '&#x27;': "'"
};

/** What a report says that the step printed. */
function reportedText(report: string): string {
  const texts = [...report.matchAll(/<pre class="std(?:out|err)">([^]*?)<\/pre>/g)];
  const joined = texts.map(([, text = '']) => text).join('');
  return asPrinted(joined.replace(/&(?:lt|gt|amp|quot|#x27);/g, entity => ENTITIES[entity]!))
    .split('\n')
    .filter(line => !line.startsWith('warning: '))
    .join('\n');
}

/** Without colours, and with line ends of one kind. */
function asPrinted(text: string): string {
  return plainText(text).replaceAll('\r\n', '\n');
}
