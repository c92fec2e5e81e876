import type { Command } from 'commander';
import { printableName, type CheckReport, type StoreDamage } from '@chard/core/snapshot';
import { byteSize } from '@chard/core/text';
import { printJson, type CommonOptions, type Context, type Finish } from '../../context';
import { countOf } from './shown';
import { watched, withSnapshots } from './withSnapshots';

interface CheckOptions extends CommonOptions {
  readonly repair: boolean;
}

const MOST_FILES = 5;

export function registerCheck(snapshot: Command, context: Context, finish: Finish): void {
  const { terminal } = context;
  snapshot
    .command('check')
    .description('Reads all that is kept and names what is not as it was written.')
    .option('--repair', 'mend what can be mended; all that is sound stays', false)
    .option('--json', 'one JSON document on standard output', false)
    .addHelpText('after', '\nExample:\n  chard snapshot check --repair')
    .action(({ repair, json }: CheckOptions) =>
      withSnapshots(context, async store => {
        const report = await watched(context, 'Checking', watch =>
          store.check({ ...watch, repair })
        );
        if (json) printJson(terminal, report);
        else terminal.out(told(report, repair));
        finish(report.damages.every(({ isMended }) => isMended) ? 0 : 1);
      })
    );
}

function told({ snapshots, contents, bytes, damages }: CheckReport, repair: boolean): string {
  const read = `${countOf(snapshots, 'snapshot')}, ${countOf(contents, 'content')}, ${byteSize(bytes)}`;
  if (damages.length === 0) return `Sound: ${read} read.\n`;
  const advice = repair ? '' : '`chard snapshot check --repair` mends what can be mended.\n';
  return `${damages.map(damageText).join('')}\n${countOf(damages.length, 'damage')} in ${read}.\n${advice}`;
}

const WHAT = {
  content: 'A content',
  manifest: 'A list of files',
  record: 'A record',
  document: 'A document',
  tree: 'A tree that runs share'
};
const HOW = { lost: 'is lost', cut: 'is cut off', changed: 'is not what was written' };

function damageText({ what, how, path, touches, touchCount, repaired }: StoreDamage): string {
  const lines = touches.slice(0, MOST_FILES).map(({ snapshot, source, path: file }) => {
    const name = [source, file].filter(part => part !== '').join('/');
    return `  snapshot ${snapshot}: ${name === '' ? 'all of it' : printableName(name)}`;
  });
  if (touchCount > lines.length)
    lines.push(`  and ${countOf(touchCount - lines.length, 'file')} more`);
  if (repaired !== null) lines.push(`  ${repaired}`);
  return `${WHAT[what]} ${HOW[how]}: ${path}\n${lines.map(line => `${line}\n`).join('')}`;
}
