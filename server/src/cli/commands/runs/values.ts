import { resolve } from 'node:path';
import type { Command } from 'commander';
import { byteSize } from '@chard/core/text';
import type { Engine } from '../../../engines/engine';
import { ChardError } from '../../../errors';
import { executionContext } from '../../../runs/execution';
import { readState } from '../../../runs/readLog';
import { storedPipeline } from '../../../runs/record';
import { selectValues, type StepValue } from '../../../runs/values';
import type { Stores } from '../../../stores';
import { printJson, type CommonOptions, type Context } from '../../context';
import { table } from '../../terminal';
import { withStores } from '../../withStores';
import { findRun } from './find';

interface ValuesOptions extends CommonOptions {
  readonly step?: string;
  readonly name?: string;
  readonly output?: string;
  readonly all: boolean;
}

export function registerValues(runs: Command, context: Context): void {
  const { terminal } = context;
  runs
    .command('values')
    .argument('<run>', 'a run: its id, the beginning of one, or `latest`')
    .description('Lists the values that each step left; with -o writes one of them as a pickle.')
    .option('--step <step>', 'only what this step left')
    .option('--name <name>', 'only values of this name')
    .option(
      '-o, --output <file>',
      'write the one value as a pickle into this file (needs --step and --name)'
    )
    .option(
      '--all',
      'also what a step passed on as it got it, and the names that IPython keeps',
      false
    )
    .option('--json', 'one JSON document on standard output', false)
    .addHelpText(
      'after',
      '\nExample:\n  chard runs values latest --step train --name model -o model.pkl'
    )
    .action((reference: string, options: ValuesOptions) =>
      withStores(context, async ({ stores, engine }) => {
        const { id } = findRun(stores, reference);
        const values = selectValues(readState(stores, id), options);
        if (options.output !== undefined) {
          return exportValue({ stores, engine }, id, values, options, context);
        }
        if (options.json) {
          return printJson(terminal, {
            values: values.map(valueJson)
          });
        }
        const rows = values.map(({ name, step, type, repr, bytes, refused }) => [
          step,
          name,
          type,
          byteSize(bytes),
          refused === null ? oneLine(repr) : `not kept: ${refused}`
        ]);
        terminal.out(
          rows.length === 0
            ? 'No values.\n'
            : table([['STEP', 'NAME', 'TYPE', 'SIZE', 'VALUE'], ...rows])
        );
      })
    );
}

function valueJson({ name, step, type, repr, bytes, digest, refused }: StepValue): unknown {
  const whyNot = refused !== null && { why: refused };
  return { name, step, type, repr, bytes, digest, kept: refused === null, ...whyNot };
}

/**
 * Runs in the step's own state: a value may hold classes and functions that the prologue makes.
 */
async function exportValue(
  { stores, engine }: { stores: Stores; engine: Engine },
  run: string,
  values: readonly StepValue[],
  { step, name, output, json }: ValuesOptions,
  context: Context
): Promise<void> {
  const [value] = values;
  if (step === undefined || name === undefined || output === undefined) {
    throw new ChardError('usage', '-o takes one value: say which with --step and --name.', {
      exitCode: 2
    });
  }
  if (value === undefined || value.group === null) {
    const why = value?.refused ?? 'the step left no such name';
    throw new ChardError('value-missing', `${name} of step ${step} is not there: ${why}.`);
  }
  const literals = [stores.values.folder, value.group, name, resolve(output)].map(text =>
    JSON.stringify(text)
  );
  const code = `__import__("chard_runner.values").values.export_pickle(${literals.join(', ')}, globals())`;
  const execution = await executionContext(storedPipeline(stores, run).kernel, context);
  const request = { ...execution, run, step, code, before: false, signal: context.interrupted };
  const { error } = await engine.execute(request, () => undefined);
  if (error !== null) {
    const reason = `${error.type}: ${error.message}`;
    throw new ChardError('value-unwritten', `${name} could not be written to ${output}: ${reason}`);
  }
  context.terminal.err(`Wrote ${name} (${value.type}) to ${output}\n`);
  if (json) {
    printJson(context.terminal, { values: [valueJson(value)], file: resolve(output) });
  }
}

function oneLine(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 60 ? `${line.slice(0, 59)}…` : line;
}
