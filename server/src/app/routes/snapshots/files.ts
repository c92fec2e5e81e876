import { basename } from 'node:path';
import { getSnapshotFile, listSnapshotFiles, restoreSnapshot } from '@chard/core/protocol/api';
import type { Snapshot } from '@chard/core/snapshot';
import { ChardError } from '../../../errors';
import type { RestorePlace } from '../../../snapshots/snapshotStore';
import type { App } from '../../context';
import { answer, download, work, type Route } from '../../http/route';
import type { Root } from '../../root';
import { freeFolder } from './subject';

/** A content is read as a whole, to be checked before the first byte is given. */
const MOST_BYTES = 64 * 2 ** 20;

/** The files of a snapshot: to be looked at and brought back. */
export function fileRoutes({ root, open }: App): Route[] {
  return [
    answer(listSnapshotFiles, async ({ params, query: { source, folder, behind, limit } }) => {
      const { snapshots, snapshotCatalogue } = open();
      const { id } = await snapshotCatalogue.get(params.snapshot);
      // One more than asked for says whether there is more.
      const options = { limit: limit + 1, ...(behind !== undefined && { behind }) };
      const entries = await snapshots().children(id, source, folder, options);
      return { entries: entries.slice(0, limit), isMore: entries.length > limit };
    }),
    download(getSnapshotFile, async ({ params, query: { source, path } }) => {
      const { snapshots, snapshotCatalogue } = open();
      const { id } = await snapshotCatalogue.get(params.snapshot);
      const { digest, size } = await snapshots().entry(id, source, path);
      if (digest === null) {
        const message = `${path} is no file in the snapshot ${id}, so it has no content.`;
        throw new ChardError('snapshot-path-unknown', message);
      }
      if (size > MOST_BYTES) {
        const message = `${path} is larger than ${MOST_BYTES / 2 ** 20} MiB. Restore it to look at it.`;
        throw new ChardError('file-too-large', message);
      }
      return { content: await snapshots().content(digest), fileName: basename(path) };
    }),
    work(restoreSnapshot, async ({ params, body }) => {
      const { snapshots, snapshotCatalogue } = open();
      const snapshot = await snapshotCatalogue.get(params.snapshot);
      const { source, paths } = body;
      const place = body.inPlace
        ? whereItWas(root, snapshot, source)
        : folderOf(root, snapshot, body);
      return async watch => {
        const report = await snapshots().restore(snapshot.id, place, {
          ...watch,
          paths,
          ...(source !== undefined && { source })
        });
        const { places, files, bytes, unchanged, problems } = report;
        const below = Object.entries(places).map(([name, path]) => [
          name,
          root.relativeFolder(path) ?? ''
        ]);
        return {
          places: Object.fromEntries(below) as Record<string, string>,
          files,
          bytes,
          unchanged,
          problems: [...problems]
        };
      };
    })
  ];
}

function folderOf(
  root: Root,
  snapshot: Snapshot,
  { folder, replace }: { folder?: string | undefined; replace: boolean }
): RestorePlace {
  return { folder: root.resolve(folder ?? newFolder(root, snapshot)), replace };
}

/** Beside the notebook, else at the top. */
function newFolder(root: Root, { id, labels }: Snapshot): string {
  const notebook = labels['notebook'] === undefined ? null : root.relative(labels['notebook']);
  return freeFolder(root, notebook ?? 'restored', `snapshot-${id.slice(0, 6)}`);
}

/** @throws ChardError `path-outside-root` where a folder has become a link that leads out since */
function whereItWas(root: Root, { sources }: Snapshot, source: string | undefined): RestorePlace {
  for (const { name, path } of sources) {
    if (source !== undefined && name !== source) continue;
    if (root.leadsInside(path)) continue;
    throw new ChardError(
      'path-outside-root',
      `${root.relativeFolder(path) ?? path} leads out of Jupyter's root folder through a link now. Restore to a new folder.`
    );
  }
  return { inPlace: true };
}
