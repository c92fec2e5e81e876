import type { Command } from 'commander';
import type { Context, Finish } from '../../context';
import { registerExec } from './exec';
import { registerList } from './list';
import { registerLogs } from './logs';
import { registerCancel, registerDelete } from './manage';
import { registerAgain, registerRestore } from './restore';
import { registerRetry } from './retry';
import { registerShow } from './show';
import { registerValues } from './values';

export function registerRuns(program: Command, context: Context, finish: Finish): void {
  const runs = program
    .command('runs')
    .description('Lists runs and what they did, and goes on with them.');
  registerList(runs, context);
  registerShow(runs, context);
  registerLogs(runs, context);
  registerValues(runs, context);
  registerExec(runs, context, finish);
  registerRetry(runs, context, finish);
  registerAgain(runs, context, finish);
  registerRestore(runs, context);
  registerCancel(runs, context);
  registerDelete(runs, context);
}
