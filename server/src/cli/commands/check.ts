import type { Command } from 'commander';
import { loadNotebook } from '../../notebooks/load';
import { checkNotebook } from '../../notebooks/check';
import { printJson, type CommonOptions, type Context, type Finish } from '../context';
import { diagnosticsJson, formatDiagnostics } from '../diagnostics';

export function registerCheck(program: Command, context: Context, finish: Finish): void {
  const { terminal } = context;
  program
    .command('check')
    .argument('<notebook>', 'a notebook, or - for standard input')
    .description('Says what is wrong with a notebook as a pipeline, where, and what to do.')
    .option('--json', 'one JSON document on standard output', false)
    .addHelpText('after', '\nExample:\n  chard check examples/digits/digits.ipynb')
    .action(async (reference: string, { json }: CommonOptions) => {
      const loaded = await loadNotebook(reference, context);
      const diagnostics = await checkNotebook(loaded, context);
      const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
      finish(errors > 0 ? 1 : 0);
      if (json) {
        return printJson(terminal, { diagnostics: diagnosticsJson(diagnostics, loaded) });
      }
      const steps = loaded.pipeline?.steps.length ?? 0;
      terminal.out(
        diagnostics.length === 0
          ? `${loaded.path}: nothing to say; ${steps} ${steps === 1 ? 'step' : 'steps'}.\n`
          : formatDiagnostics(diagnostics, loaded.source, terminal.paint.out)
      );
    });
}
