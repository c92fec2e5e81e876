import { takeSnapshotOf } from '@chard/core/protocol/api';
import { executionContext } from '../../../runs/execution';
import { takeKeptSnapshot, takeRunSnapshot } from '../../../runs/runSnapshot';
import type { App } from '../../context';
import { work, type Route } from '../../http/route';
import { pipelineOf, requestOf } from './subject';

export function takeRoutes({ root, host, open }: App): Route[] {
  return [
    work(takeSnapshotOf, async ({ body: { path, forRun, title = null } }) => {
      const notebook = root.resolve(path);
      const pipeline = await pipelineOf(root, { path });
      const { interpreter } = await executionContext(pipeline.kernel, host);
      const { snapshots, snapshotCatalogue } = open();
      const request = {
        ...requestOf(root, notebook, pipeline),
        environment: interpreter.record
      };
      return async watch => {
        const snapshot = forRun
          ? await takeRunSnapshot(snapshots(), request, watch)
          : await takeKeptSnapshot(snapshots(), request, title, watch);
        return { snapshot: snapshotCatalogue.describe(snapshot) };
      };
    })
  ];
}
