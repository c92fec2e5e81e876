import type { SnapshotItem } from '@chard/core/protocol/api';
import { printableName, totalCounts } from '@chard/core/snapshot';
import { byteSize } from '@chard/core/text';
import type { TranslationBundle } from '@jupyterlab/translation';
import { runName } from '../runs/list/describeRun';
import { shortTime } from '../runs/text';

/** What a person calls a snapshot: its title, else when it was taken. */
export function snapshotName({ title, createdAt }: SnapshotItem): string {
  return title ?? shortTime(createdAt);
}

/** Why it is there, in a few words: which run needs it, or that somebody took it. */
export function reasonOf(
  { needs, isForRun, title }: SnapshotItem,
  trans: TranslationBundle
): string {
  const [run] = needs.runs;
  if (run) {
    const name = runName(run, trans);
    const rest = needs.count - 1;
    return rest === 0 ? name : trans._n('%2 and %1 more', '%2 and %1 more', rest, name);
  }
  if (needs.count > 0) return trans.__('needed by a run elsewhere');
  if (isForRun) return trans.__('for a run that is gone');
  return title === null ? trans.__('taken by hand') : '';
}

/** `12 files, 3.4 MB`. */
export function contentsOf(item: Pick<SnapshotItem, 'sources'>, trans: TranslationBundle): string {
  const { files, bytes } = totalCounts(item);
  return amountOf(files, bytes, trans);
}

export function amountOf(files: number, bytes: number, trans: TranslationBundle): string {
  return trans._n('%2 file, %3', '%2 files, %3', files, files.toLocaleString(), byteSize(bytes));
}

/** A folder as a person knows it. @param folder below Jupyter's root */
export function folderName(folder: string, trans: TranslationBundle): string {
  return folder === '' ? trans.__('Jupyter’s top folder') : printableName(folder);
}

/** All of it, for a tooltip. @param own bytes that it alone has; null while that is not known */
export function detailsOf(
  item: SnapshotItem,
  own: number | null,
  trans: TranslationBundle
): string {
  const lines = [
    new Date(item.createdAt).toLocaleString(),
    contentsOf(item, trans),
    ...item.sources.map(
      ({ name, folder }) => `${printableName(name)}: ${folderName(folder, trans)}`
    )
  ];
  if (own !== null) lines.push(trans.__('Only it has %1 of that', byteSize(own)));
  if (item.needs.count > 0) lines.push(trans.__('Needed by: %1', reasonOf(item, trans)));
  if (item.problemCount > 0) {
    lines.push(
      trans._n(
        '%1 file could not be taken as it was',
        '%1 files could not be taken as they were',
        item.problemCount
      )
    );
  }
  return [...lines, item.id].join('\n');
}
