import type { Command } from 'commander';
import type { Pipeline, Step } from '@chard/core/pipeline';
import { loadNotebook } from '../../notebooks/load';
import { printJson, type CommonOptions, type Context, type Finish } from '../context';
import { formatDiagnostics, notebookFailure } from '../diagnostics';
import { table, type Terminal } from '../terminal';

export function registerGraph(program: Command, context: Context, finish: Finish): void {
  const { terminal } = context;
  program
    .command('graph')
    .argument('<notebook>', 'a notebook, or - for standard input')
    .description('Shows the pipeline that a notebook makes: its steps and what flows between them.')
    .option('--json', "the pipeline's JSON on standard output", false)
    .addHelpText('after', '\nExample:\n  chard graph examples/digits/digits.ipynb')
    .action(async (reference: string, { json }: CommonOptions) => {
      const loaded = await loadNotebook(reference, context);
      const { pipeline, diagnostics, source } = loaded;
      const errors = diagnostics.filter(({ severity }) => severity === 'error');
      finish(errors.length > 0 ? 1 : 0);
      if (json) {
        return printJson(
          terminal,
          errors.length > 0 || pipeline === null
            ? notebookFailure(diagnostics, loaded, 'it makes no pipeline')
            : pipeline
        );
      }
      if (pipeline !== null) {
        terminal.out(describe(pipeline, terminal.paint.out));
      }
      terminal.err(formatDiagnostics(errors, source, terminal.paint.err));
    });
}

function describe(pipeline: Pipeline, paint: Terminal['paint']['out']): string {
  const parts = [`${paint('bold', pipeline.name)}  ${pipeline.description}`.trimEnd() + '\n'];
  if (pipeline.parameters.length > 0) {
    parts.push(
      `${paint('bold', 'Parameters')}\n`,
      table(
        pipeline.parameters.map(({ name, type, default: value }) => [
          `  ${name}`,
          type,
          JSON.stringify(value)
        ])
      )
    );
  }
  parts.push(`${paint('bold', 'Steps')}\n`);
  parts.push(...pipeline.steps.map(step => describeStep(step, paint)));
  if (pipeline.metricsStep !== null) {
    const names = pipeline.metrics.map(({ name }) => name).join(', ');
    const sources = [...new Set(pipeline.metricsStep.inputs.map(({ from }) => from))].join(', ');
    parts.push(
      `${paint('bold', 'Metrics')}\n  ${names}${sources && paint('dim', `  from ${sources}`)}\n`
    );
  }
  return parts.join('');
}

function describeStep(step: Step, paint: Terminal['paint']['out']): string {
  const cells = `cell${step.cells.length === 1 ? '' : 's'} ${step.cells.join(', ')}`;
  const lines = [`  ${paint('cyan', step.name)}  ${paint('dim', cells)}`];
  for (const { step: from, declared, names } of step.after) {
    const what = names.length > 0 ? names.join(', ') : 'order only';
    lines.push(`    ← ${from}: ${what}${declared ? '' : paint('yellow', ' (derived)')}`);
  }
  if (step.parameters.length > 0) {
    lines.push(paint('dim', `    parameters: ${step.parameters.join(', ')}`));
  }
  return `${lines.join('\n')}\n`;
}
