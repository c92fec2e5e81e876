import type { Command } from 'commander';
import { executionContext } from '../../../runs/execution';
import { storedPipeline } from '../../../runs/record';
import { printJson, type CommonOptions, type Context, type Finish } from '../../context';
import { withStores } from '../../withStores';
import { findRun } from './find';

interface ExecOptions extends CommonOptions {
  readonly step: string;
  readonly code: string;
  readonly before: boolean;
}

export function registerExec(runs: Command, context: Context, finish: Finish): void {
  const { terminal, interrupted } = context;
  runs
    .command('exec')
    .argument('<run>', 'a run: its id, the beginning of one, or `latest`')
    .description('Runs code on what a step left, and prints its output; the run stays as it is.')
    .requiredOption('--step <step>', 'the step')
    .requiredOption('-c, --code <code>', 'Python, as in a cell')
    .option('--before', 'on what the step got instead', false)
    .option('--json', 'one JSON document on standard output', false)
    .addHelpText('after', '\nExample:\n  chard runs exec latest --step clean -c "df.describe()"')
    .action((reference: string, { step, code, before, json }: ExecOptions) =>
      withStores(context, async ({ stores, engine }) => {
        const { id } = findRun(stores, reference);
        const execution = await executionContext(storedPipeline(stores, id).kernel, context);
        const output: { stream: string; text: string }[] = [];
        const { state, error } = await engine.execute(
          { ...execution, run: id, step, code, before, signal: interrupted },
          body => {
            if (body.type === 'output') {
              output.push({ stream: body.stream, text: body.text });
              if (!json) {
                (body.stream === 'stdout' ? terminal.out : terminal.err)(body.text);
              }
            } else if (body.type === 'display') {
              const text = String(
                body.data['text/plain'] ?? `[${Object.keys(body.data).join(', ')}]`
              );
              output.push({ stream: 'display', text });
              if (!json) {
                terminal.out(`${text}\n`);
              }
            }
          }
        );
        if (json) {
          printJson(terminal, { state, output, error });
        } else if (error !== null) {
          terminal.err(`${error.traceback.join('\n') || `${error.type}: ${error.message}`}\n`);
        }
        finish(interrupted.aborted ? 130 : state === 'succeeded' ? 0 : 1);
      })
    );
}
