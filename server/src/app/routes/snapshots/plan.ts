import { existsSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { measureSnapshot, planSnapshot, writeIgnore } from '@chard/core/protocol/api';
import { DEFAULT_IGNORES, IGNORE_FILE } from '@chard/core/snapshot';
import { writeWhole } from '../../../files/atomicWrite';
import { sourcesOf } from '../../../runs/runSnapshot';
import { volumesHere } from '../../../runs/volumes';
import type { App } from '../../context';
import { answer, work, type Route } from '../../http/route';
import { pipelineOf, requestOf } from './subject';

/** What a snapshot would be made of, and how much that is. */
export function planRoutes({ root, open }: App): Route[] {
  return [
    answer(planSnapshot, async ({ body }) => {
      const notebook = root.resolve(body.path);
      const pipeline = await pipelineOf(root, body);
      const volumes = volumesHere(notebook, pipeline, path => root.leadsInside(path));
      return {
        volumes: volumes.map(({ volume: name, path, leftOut }) => ({ name, path, leftOut })),
        ignore: { text: readIgnore(notebook), defaults: [...DEFAULT_IGNORES] }
      };
    }),
    answer(writeIgnore, async ({ body: { path, text } }) => {
      const file = join(dirname(root.resolve(path)), IGNORE_FILE);
      if (text.trim() === '') rmSync(file, { force: true });
      else writeWhole(file, text);
      return {};
    }),
    work(measureSnapshot, async ({ body }) => {
      const notebook = root.resolve(body.path);
      const { snapshots } = open();
      const request = requestOf(root, notebook, await pipelineOf(root, body));
      const names = new Map(
        volumesHere(notebook, request.pipeline, request.isAllowed).map(({ source, volume }) => [
          source,
          volume
        ])
      );
      return async watch => {
        const counts = await snapshots().measure(sourcesOf(request), watch);
        const volumes = Object.entries(counts).map(([source, { files, bytes }]) => ({
          name: names.get(source) ?? null,
          files,
          bytes
        }));
        return { volumes };
      };
    })
  ];
}

function readIgnore(notebook: string): string {
  const file = join(dirname(notebook), IGNORE_FILE);
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}
