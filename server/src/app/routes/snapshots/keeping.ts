import {
  checkSnapshots,
  deleteSnapshot,
  getSnapshot,
  listSnapshots,
  measureSnapshotRemoval,
  measureSnapshots,
  pruneSnapshots
} from '@chard/core/protocol/api';
import type { CheckReport, Snapshot } from '@chard/core/snapshot';
import { basename } from 'node:path';
import { NOTEBOOK_SOURCE } from '../../../runs/volumes';
import { measureSnapshots as measure } from '../../../snapshots/upkeep/sizes';
import type { App } from '../../context';
import { answer, work, type Route } from '../../http/route';

const DAY_MILLISECONDS = 24 * 60 * 60 * 1000;

/** The snapshots that there are: which stay, and whether they are sound. */
export function keepingRoutes({ root, open }: App): Route[] {
  return [
    answer(listSnapshots, async ({ query: { notebook } }) => {
      if (notebook !== undefined) root.resolve(notebook);
      const { snapshotCatalogue: catalogue } = open();
      const items = (await catalogue.list()).map(each => catalogue.describe(each));
      return {
        snapshots: items.filter(each => notebook === undefined || each.notebook === notebook)
      };
    }),
    answer(getSnapshot, async ({ params }) => {
      const { snapshotCatalogue: catalogue } = open();
      const snapshot = await catalogue.get(params.snapshot);
      const path = snapshot.labels['notebook'];
      const isIn = snapshot.sources.some(({ name }) => name === NOTEBOOK_SOURCE);
      return {
        snapshot: catalogue.describe(snapshot),
        problems: snapshot.problems,
        notebook:
          path !== undefined && isIn ? { source: NOTEBOOK_SOURCE, path: basename(path) } : null
      };
    }),
    work(measureSnapshots, async () => {
      const { snapshots, snapshotCatalogue: catalogue } = open();
      return async watch => {
        const { own, total } = await measure(snapshots(), watch);
        const here = new Set((await catalogue.list()).map(({ id }) => id));
        return {
          own: Object.fromEntries(Object.entries(own).filter(([id]) => here.has(id))),
          total
        };
      };
    }),
    answer(measureSnapshotRemoval, async ({ params }) => {
      const { snapshots, snapshotCatalogue: catalogue } = open();
      const snapshot = await catalogue.get(params.snapshot);
      const neededBy = ({ id }: Snapshot): string | null =>
        id === snapshot.id ? null : 'not the one to be removed';
      const { bytes } = await snapshots().prune({ keepLast: 0, dryRun: true, neededBy });
      return { snapshot: catalogue.describe(snapshot), bytes };
    }),
    answer(deleteSnapshot, async ({ params }) => {
      const { snapshots, snapshotCatalogue } = open();
      const { id } = await snapshotCatalogue.get(params.snapshot);
      const report = await snapshots().remove(id);
      return { report: { ...report, kept: [] } };
    }),
    work(checkSnapshots, async ({ body: { repair } }) => {
      const { snapshots, snapshotCatalogue } = open();
      return async watch => {
        const report = await snapshots().check({ ...watch, repair });
        const here = new Set((await snapshotCatalogue.list()).map(({ id }) => id));
        return { report: ofThose(report, here) };
      };
    }),
    answer(pruneSnapshots, async ({ body: { notebook, keepLast, keepWithinDays, dryRun } }) => {
      if (notebook !== undefined) root.resolve(notebook);
      const { snapshots, snapshotCatalogue: catalogue } = open();
      const here = new Set((await catalogue.list()).map(({ id }) => id));
      const neededBy = (each: Snapshot): string | null => {
        if (!here.has(each.id)) return 'a folder elsewhere';
        const isMeant = notebook === undefined || catalogue.notebookOf(each) === notebook;
        return isMeant ? null : 'another notebook';
      };
      const report = await snapshots().prune({
        ...(keepLast !== undefined && { keepLast }),
        ...(keepWithinDays !== undefined && { keepWithin: keepWithinDays * DAY_MILLISECONDS }),
        dryRun,
        neededBy
      });
      return { report: { ...report, kept: report.kept.filter(each => here.has(each.snapshot)) } };
    })
  ];
}

/** What of a report is of snapshots that may be seen; the counts stay. */
function ofThose(report: CheckReport, seen: ReadonlySet<string>): CheckReport {
  const damages = report.damages.map(damage => ({
    ...damage,
    touches: damage.touches.filter(({ snapshot }) => seen.has(snapshot))
  }));
  return { ...report, damages };
}
