import type { Progress, SnapshotStore, Watch } from '../../../snapshots';
import { byteSize, grouped } from '@chard/core/text';
import type { Context } from '../../context';
import type { Terminal } from '../../terminal';

/** Opens the snapshots for as long as `work` takes. */
export async function withSnapshots<Result>(
  { home, python }: Pick<Context, 'home' | 'python'>,
  work: (store: SnapshotStore) => Promise<Result>
): Promise<Result> {
  const { openSnapshotStore } = await import('../../../snapshots');
  const store = openSnapshotStore(home, { python });
  try {
    return await work(store);
  } finally {
    await store.dispose();
  }
}

/**
 * Shows how far something is, on one line of the terminal, for as long as `work` takes; Ctrl-C ends it.
 * @param verb "Taking the snapshot"
 */
export async function watched<Result>(
  { terminal, interrupted }: Pick<Context, 'terminal' | 'interrupted'>,
  verb: string,
  work: (watch: Watch) => Promise<Result>
): Promise<Result> {
  const progress = (state: Progress): void =>
    terminal.err(`\r${CLEAR}${clip(`${verb}: ${describe(state)}`, terminal)}`);
  try {
    return await work(terminal.live ? { signal: interrupted, progress } : { signal: interrupted });
  } finally {
    if (terminal.live) terminal.err(`\r${CLEAR}`);
  }
}

const CLEAR = '\u001b[K';

function describe({ files, bytes, totalFiles, totalBytes }: Progress): string {
  const done = `${grouped(files)} files, ${byteSize(bytes)}`;
  if (totalFiles === null || totalBytes === null) return done;
  const share = totalBytes > 0 ? bytes / totalBytes : totalFiles > 0 ? files / totalFiles : 1;
  return `${done} (${Math.min(100, Math.floor(share * 100))} %)`;
}

function clip(text: string, { columns }: Terminal): string {
  return text.slice(0, Math.max(1, columns - 1));
}
