import type { Command } from 'commander';
import { ChardError } from '../../errors';
import { bindCommandLineParameters } from '../../notebooks/parameters';
import { checkForRun } from '../../notebooks/check';
import { loadNotebook } from '../../notebooks/load';
import type { Pipeline } from '@chard/core/pipeline';
import type { RunSnapshotUse } from '@chard/core/run';
import type { ExecutionContext } from '../../engines/engine';
import { executionContext } from '../../runs/execution';
import { describeSnapshot, snapshotUse, takeRunSnapshot } from '../../runs/runSnapshot';
import type { Snapshot } from '@chard/core/snapshot';
import type { SnapshotStore, Watch } from '../../snapshots/snapshotStore';
import type { Context, Finish } from '../context';
import { tellBeforeRun } from '../tellBeforeRun';
import { watchRun, type ShowOptions } from '../execution';
import { parseSize } from '../parseSize';
import { withStores } from '../withStores';
import { findRun } from './runs/find';
import { watched } from './snapshot/withSnapshots';

interface RunOptions extends ShowOptions {
  readonly parameter: string[];
  readonly cache: boolean;
  readonly from?: string;
  readonly only?: string;
  readonly run?: string;
  /** Undefined: as the notebook says, and with a snapshot where it does not. */
  readonly snapshot?: boolean;
  readonly copyLimit?: number;
}

export function registerRun(program: Command, context: Context, finish: Finish): void {
  program
    .command('run')
    .argument('<notebook>', 'an annotated notebook')
    .description('Runs a notebook as a pipeline on this machine.')
    .option(
      '-p, --parameter <name=value>',
      'another value for a parameter; repeatable',
      collect,
      []
    )
    .option('--no-cache', 'run every step, whatever earlier runs left')
    .option(
      '--from <step>',
      'run this step and all that depend on it anew; what they need of other steps is taken from earlier results'
    )
    .option(
      '--only <step>',
      'run this step alone, anew; what it needs is taken from earlier results'
    )
    .option(
      '--run <run>',
      'the run that --from and --only take from; by default the latest results that still hold'
    )
    .option(
      '--snapshot',
      'take a snapshot first and work on it, also where the notebook says not to'
    )
    .option('--no-snapshot', "take no snapshot: the steps work in the notebook's folder itself")
    .option(
      '--copy-limit <size>',
      'how much may be copied to make a place for the steps where the disk cannot share blocks, such as 500MB; 1 GiB',
      parseSize
    )
    .option('--save-displays <folder>', 'write figures and tables as files into this folder')
    .option('--follow', 'with --json: one JSON line an event, as it happens', false)
    .option('--json', 'one JSON document on standard output', false)
    .addHelpText(
      'after',
      '\nExample:\n  chard run examples/digits/digits.ipynb -p trees=50 --save-displays figures'
    )
    .action(async (reference: string, options: RunOptions) => {
      finish(await runNotebook(reference, options, context));
    });
}

async function runNotebook(
  reference: string,
  options: RunOptions,
  context: Context
): Promise<0 | 1 | 2 | 130> {
  const { terminal } = context;
  if (options.from !== undefined && options.only !== undefined) {
    throw new ChardError('usage', 'Give --from or --only, not both.', { exitCode: 2 });
  }
  const loaded = await loadNotebook(reference, context);
  if (loaded.bytes === null) {
    throw new ChardError('usage', 'A run needs a notebook file: its steps start in its folder.', {
      exitCode: 2
    });
  }
  const { diagnostics, runnable } = await checkForRun(loaded, context);
  tellBeforeRun(diagnostics, loaded, runnable !== null, options, terminal);
  if (runnable === null) return 1;
  const pipeline = bindCommandLineParameters(runnable, options.parameter);
  const notebook = { path: loaded.path, bytes: loaded.bytes };
  const execution = await executionContext(pipeline.kernel, context);
  return withStores(context, async ({ stores, engine, snapshots }) => {
    const isFrozen = options.snapshot ?? pipeline.snapshotVolumes ?? true;
    const request = {
      ...execution,
      snapshot: isFrozen
        ? await freeze(
            snapshots(),
            { ...execution, ...options, notebook: loaded.path, pipeline },
            context
          )
        : null,
      pipeline,
      notebook,
      options: {
        cache: options.cache,
        from: options.from ?? null,
        only: options.only ?? null,
        base: options.run === undefined ? null : findRun(stores, options.run).id
      }
    };
    const begin = () => engine.start(request);
    return watchRun(
      { stores, begin, again: () => again(reference, options), after: 0 },
      options,
      context
    );
  });
}

/** Takes the run's snapshot, and says so. */
async function freeze(
  store: SnapshotStore,
  {
    notebook,
    pipeline,
    interpreter,
    json,
    copyLimit
  }: ExecutionContext &
    Pick<RunOptions, 'json' | 'copyLimit'> & { notebook: string; pipeline: Pipeline },
  context: Context
): Promise<RunSnapshotUse> {
  const { terminal, interrupted } = context;
  const isAllowed = (): boolean => true;
  const request = { notebook, pipeline, environment: interpreter.record, isAllowed };
  const taking = (watch: Watch): Promise<Snapshot> => takeRunSnapshot(store, request, watch);
  const snapshot = json
    ? await taking({ signal: interrupted })
    : await watched(context, 'Taking the snapshot', taking);
  if (!json) {
    terminal.err(`Snapshot ${snapshot.id}: ${describeSnapshot(snapshot)}\n`);
  }
  return snapshotUse(snapshot, copyLimit ?? null);
}

/** The command that runs the notebook anew, with the same values. */
function again(reference: string, { parameter, from, only, run, snapshot }: RunOptions): string[] {
  return [
    ...['chard', 'run', reference],
    ...(snapshot === false ? ['--no-snapshot'] : []),
    ...parameter.flatMap(value => ['-p', value]),
    ...(from === undefined ? [] : ['--from', from]),
    ...(only === undefined ? [] : ['--only', only]),
    ...(run === undefined ? [] : ['--run', run])
  ];
}

function collect(value: string, before: string[]): string[] {
  return [...before, value];
}
