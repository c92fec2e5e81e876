import type { Command } from 'commander';
import type { Context, Finish } from '../../context';
import { registerCheck } from './check';
import { registerCreate } from './create';
import { registerDiff } from './diff';
import { registerList } from './list';
import { registerPrune } from './prune';
import { registerRestore } from './restore';
import { registerShow } from './show';

export function registerSnapshot(program: Command, context: Context, finish: Finish): void {
  const snapshot = program
    .command('snapshot')
    .description('Keeps folders as they are, whole and cheaply, and brings them back.');
  registerCreate(snapshot, context);
  registerList(snapshot, context);
  registerShow(snapshot, context);
  registerDiff(snapshot, context);
  registerRestore(snapshot, context, finish);
  registerCheck(snapshot, context, finish);
  registerPrune(snapshot, context);
}
