import { restoreRun, runAsItWas } from '@chard/core/protocol/api';
import { ChardError } from '../../../errors';
import {
  environmentSince,
  restoreRun as restore,
  runAsItWas as again,
  snapshotOfRun
} from '../../../runs/comeBack';
import { readState } from '../../../runs/readLog';
import type { App } from '../../context';
import { answer, work, type Route } from '../../http/route';
import { freeFolder } from './subject';

/** Coming back from a run. */
export function comeBackRoutes({ root, host, open }: App): Route[] {
  return [
    work(restoreRun, async ({ params, body: { folder, replace, withResults } }) => {
      const { stores, catalogue, snapshots, snapshotCatalogue } = open();
      const run = catalogue.get(params.run);
      const below = folder ?? freeFolder(root, run.notebook, `run-${run.number}`);
      const place = { folder: root.resolve(below), replace, withResults };
      const state = readState(stores, run.id);
      await snapshotCatalogue.get(snapshotOfRun(state).id);
      return async watch => {
        const archive = { stores, snapshots: snapshots() };
        const { report, notebook } = await restore(archive, state, { ...place, ...watch });
        const environment = await environmentSince(stores, run.id, host).catch((error: unknown) => {
          // The kernel may be gone: the files are back all the same.
          if (error instanceof ChardError) return null;
          throw error;
        });
        return {
          folder: below,
          notebook: root.relative(notebook) ?? below,
          files: report.files,
          bytes: report.bytes,
          problems: report.problems.map(({ path, message }) => ({ path, message })),
          environment
        };
      };
    }),
    answer(runAsItWas, async ({ params, body: { cache } }) => {
      const { stores, catalogue, engine, snapshots } = open();
      const state = readState(stores, catalogue.get(params.run).id);
      const { id } = await again({ stores, snapshots: snapshots() }, engine, state, host, cache);
      return { run: catalogue.get(id) };
    })
  ];
}
