import type { Command } from 'commander';
import { isOver } from '@chard/core/run';
import type { Stores } from '../../../stores';
import { printJson, type CommonOptions, type Context } from '../../context';
import { requireStep } from '../../../runs/find';
import { logEntry, type LogEntry } from '../../../runs/logEntries';
import { readLog, readState } from '../../../runs/readLog';
import { stepTitle } from '../../runView';
import type { Terminal } from '../../terminal';
import { withStores } from '../../withStores';
import { findRun } from './find';

interface LogsOptions extends CommonOptions {
  readonly step?: string;
  readonly follow: boolean;
}

export function registerLogs(runs: Command, context: Context): void {
  runs
    .command('logs')
    .argument('<run>', 'a run: its id, the beginning of one, or `latest`')
    .description('Prints what the steps of a run said: text, displays, errors.')
    .option('--step <name>', 'only this step')
    .option('--follow', 'go on until the run ends', false)
    .option('--json', 'one JSON document; with --follow one JSON line an entry', false)
    .addHelpText('after', '\nExample:\n  chard runs logs latest --step train --follow')
    .action((reference: string, options: LogsOptions) =>
      withStores(context, async ({ stores }) => {
        const { id } = findRun(stores, reference);
        if (options.step !== undefined) {
          requireStep(readState(stores, id), options.step);
        }
        const step = options.step === undefined ? {} : { step: options.step };
        if (options.json && !options.follow) {
          const entries = [...readLog(stores, id, step)].flatMap(event => logEntry(event) ?? []);
          return printJson(context.terminal, { logs: entries });
        }
        const print = printer(context.terminal, options);
        let last = 0;
        const catchUp = () => {
          for (const event of readLog(stores, id, { ...step, after: last })) {
            last = event.seq;
            const entry = logEntry(event);
            if (entry !== null) {
              print(entry);
            }
          }
        };
        catchUp();
        if (options.follow) {
          await follow(stores, id, catchUp, context.interrupted);
        }
      })
    );
}

/** Ends when the run does, is deleted, or the person has seen enough. */
function follow(
  stores: Stores,
  run: string,
  catchUp: () => void,
  interrupted: AbortSignal
): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = stores.runs.onChange(() => look());
    const end = () => {
      stop();
      resolve();
    };
    const look = () => {
      try {
        const record = stores.runs.get(run);
        catchUp();
        if (record === undefined || isOver(record.phase)) {
          end();
        }
      } catch (error) {
        stop();
        reject(error);
      }
    };
    interrupted.addEventListener('abort', end, { once: true });
    look();
  });
}

function printer(terminal: Terminal, { json, step }: LogsOptions): (entry: LogEntry) => void {
  if (json) {
    return entry => terminal.out(`${JSON.stringify(entry)}\n`);
  }
  const named = step === undefined;
  const { paint } = terminal;
  const unfinished = new Map<string, string>();
  return entry => {
    const source = `${entry.step}\0${entry.stream}`;
    const text = (unfinished.get(source) ?? '') + entry.text;
    const lines = text.split('\n');
    const rest = lines.pop() ?? '';
    // A line that is still being written waits for its end, so that steps side by side do not mix within a line.
    unfinished.set(source, named ? rest : '');
    const shown = named ? lines : text === '' ? [] : [text];
    const prefix = named
      ? `${paint.out('cyan', stepTitle(entry.step))} ${paint.out('dim', '│')} `
      : '';
    for (const line of shown) {
      const colour = entry.stream === 'error' || entry.stream === 'stderr' ? 'red' : null;
      terminal.out(
        prefix + (colour === null ? line : paint.out(colour, line)) + (named ? '\n' : '')
      );
    }
  };
}
