import {
  printableName,
  totalCounts,
  type Snapshot,
  type SnapshotProblem
} from '@chard/core/snapshot';
import { byteSize, grouped } from '@chard/core/text';
import type { Terminal } from '../../terminal';

const MOST_PROBLEMS = 20;

/** What a snapshot is of: its notebook, else its folders. */
export function subjectOf({ labels, sources }: Snapshot): string {
  return labels['notebook'] ?? sources.map(({ path }) => printableName(path)).join(', ');
}

/** "1,234 files, 5.0 GB". */
export function contentsOf(snapshot: Snapshot): string {
  const { files, bytes } = totalCounts(snapshot);
  return `${countOf(files, 'file')}, ${byteSize(bytes)}`;
}

/** "1 file", "2,000 files". */
export function countOf(count: number, what: string): string {
  return `${grouped(count)} ${what}${count === 1 ? '' : 's'}`;
}

/** Tells what could not be taken or put back, the first of it. @param count of all */
export function tellProblems(
  terminal: Terminal,
  problems: readonly SnapshotProblem[],
  count = problems.length
): void {
  for (const { source, path, message } of problems.slice(0, MOST_PROBLEMS)) {
    const where = path === '' ? source : `${source}/${printableName(path)}`;
    terminal.err(`${terminal.paint.err('yellow', 'warning:')} ${where}: ${message}\n`);
  }
  if (count > MOST_PROBLEMS) {
    terminal.err(
      `${count - MOST_PROBLEMS} more; \`chard snapshot show --json\` lists a thousand.\n`
    );
  }
}
