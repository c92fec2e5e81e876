import type { Command } from 'commander';
import type { RunState } from '@chard/core/run';
import { notebookChange } from '../../../notebooks/changes';
import { executionContext } from '../../../runs/execution';
import { readState } from '../../../runs/readLog';
import { storedArtefact, storedPipeline } from '../../../runs/record';
import type { Stores } from '../../../stores';
import type { Context, Finish } from '../../context';
import { watchRun, type ShowOptions } from '../../execution';
import { withStores } from '../../withStores';
import { commandLine, describeChange } from '../../nextSteps';
import { runAgain } from './again';
import { findRun } from './find';

export function registerRetry(runs: Command, context: Context, finish: Finish): void {
  runs
    .command('retry')
    .argument('<run>', 'a run: its id, the beginning of one, or `latest`')
    .description(
      'Goes on with an interrupted, failed or cancelled run: the notebook as it was when the run began, not as it is now. ' +
        'What succeeded is kept. After a change to the notebook, `chard run` it: what still holds is reused.'
    )
    .option('--follow', 'with --json: one JSON line an event, as it happens', false)
    .option('--json', 'one JSON document on standard output', false)
    .option('--save-displays <folder>', 'write figures and tables as files into this folder')
    .addHelpText('after', '\nExample:\n  chard runs retry latest')
    .action((reference: string, options: ShowOptions) =>
      withStores(context, async ({ stores, engine }) => {
        const { id, lastSeq } = findRun(stores, reference);
        await sayWhatIsRun(stores, id, context);
        const execution = await executionContext(storedPipeline(stores, id).kernel, context);
        const begin = () => engine.resume(id, execution);
        const again = (state: RunState) => runAgain(stores, state);
        finish(await watchRun({ stores, begin, again, after: lastSeq }, options, context));
      })
    );
}

/** A person who has changed the notebook may expect that the change is run. */
async function sayWhatIsRun(stores: Stores, run: string, { terminal }: Context): Promise<void> {
  const state = readState(stores, run);
  if (state.phase === 'succeeded') {
    return;
  }
  const bytes = storedArtefact(stores, run, 'notebook');
  const change = await notebookChange(state.notebook.path, bytes);
  if (change.kind === 'none') {
    return;
  }
  const said = terminal.paint.err('yellow', describeChange(change));
  const instead =
    change.kind === 'changed'
      ? ` To run it as it is now:\n  ${commandLine(await runAgain(stores, state))}\n`
      : '';
  terminal.err(`${said}\nThe retry runs it as it was then.${instead}\n`);
}
