import type { Command } from 'commander';
import { examineMachine } from '../../doctor';
import { printJson, type CommonOptions, type Context, type Finish } from '../context';
import { table } from '../terminal';

export function registerDoctor(program: Command, context: Context, finish: Finish): void {
  const { terminal } = context;
  program
    .command('doctor')
    .description('Looks at everything that Chard needs on this machine.')
    .option('--json', 'one JSON document on standard output', false)
    .addHelpText('after', '\nExample:\n  chard doctor')
    .action(async ({ json }: CommonOptions) => {
      const findings = await examineMachine(context);
      finish(findings.every(({ ok }) => ok) ? 0 : 1);
      if (json) {
        return printJson(terminal, { findings });
      }
      terminal.out(
        table(
          findings.map(({ what, ok, detail }) => [
            ok ? terminal.paint.out('green', '✓') : terminal.paint.out('red', '✗'),
            what,
            detail
          ])
        )
      );
    });
}
