import { existsSync, readFileSync, rmSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import {
  checkSnapshots,
  compareSnapshots,
  deleteSnapshot,
  listSnapshots,
  measureSnapshot,
  planSnapshot,
  pruneSnapshots,
  restoreRun,
  runAsItWas,
  takeSnapshotOf,
  writeIgnore
} from '@chard/core/protocol/api';
import { effectiveVolumes, parseNotebook, readPipelineSettings } from '@chard/core/notebook';
import { pipelineVolume, type Pipeline } from '@chard/core/pipeline';
import {
  DEFAULT_IGNORES,
  IGNORE_FILE,
  type EntryChange,
  type Snapshot
} from '@chard/core/snapshot';
import { ChardError } from '../../errors';
import { writeWhole } from '../../files/atomicWrite';
import { environmentSince, restoreRun as restore, runAsItWas as again } from '../../runs/comeBack';
import { executionContext } from '../../runs/execution';
import { readState } from '../../runs/readLog';
import { sourcesOf, takeRunSnapshot } from '../../runs/runSnapshot';
import { volumesHere } from '../../runs/volumes';
import type { App } from '../context';
import { answer, stream, type Route } from '../http/route';
import type { Root } from '../root';
import { load } from './notebooks';

const DAY_MILLISECONDS = 24 * 60 * 60 * 1000;

export function snapshotRoutes(app: App): Route[] {
  return [...planRoutes(app), ...storeRoutes(app), ...returnRoutes(app)];
}

/** What a snapshot would be made of. */
function planRoutes({ root, open }: App): Route[] {
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
    stream(measureSnapshot, ({ query, signal }) => {
      const notebook = root.resolve(query.path);
      const { snapshots } = open();
      return async sink => {
        const pipeline = await pipelineOf(root, query);
        const request = requestOf(root, notebook, pipeline);
        const sources = sourcesOf(request);
        const names = new Map(
          volumesHere(notebook, pipeline, request.isAllowed).map(({ source, volume }) => [
            source,
            volume
          ])
        );
        const counts = await snapshots().measure(sources, {
          signal,
          // Whoever is gone is noticed by the signal.
          progress: ({ files, bytes }) =>
            void sink.send({ type: 'progress', files, bytes }).catch(() => undefined)
        });
        const volumes = Object.entries(counts).map(([source, { files, bytes }]) => ({
          name: names.get(source) ?? null,
          files,
          bytes
        }));
        await sink.send({ type: 'measured', volumes });
        await sink.tell('end', {});
      };
    })
  ];
}

/** The snapshots that there are. */
function storeRoutes({ root, host, open }: App): Route[] {
  const isHere = ({ labels }: Snapshot): boolean =>
    labels['notebook'] !== undefined && root.relative(labels['notebook']) !== null;
  /** @throws ChardError `snapshot-unknown` also for those of others */
  const demand = async (id: string): Promise<Snapshot> => {
    const snapshot = await open().snapshots().get(id);
    if (isHere(snapshot)) return snapshot;
    throw new ChardError('snapshot-unknown', `There is no snapshot ${id}.`);
  };
  return [
    answer(takeSnapshotOf, async ({ body, signal }) => {
      const notebook = root.resolve(body.path);
      const pipeline = await pipelineOf(root, body);
      const { interpreter } = await executionContext(pipeline.kernel, host);
      const request = { ...requestOf(root, notebook, pipeline), environment: interpreter.record };
      return { snapshot: await takeRunSnapshot(open().snapshots(), request, { signal }) };
    }),
    answer(listSnapshots, async ({ query }) => {
      const wanted = query.notebook === undefined ? null : root.resolve(query.notebook);
      const all = await open().snapshots().list();
      const snapshots = all.filter(
        each => isHere(each) && (wanted === null || each.labels['notebook'] === wanted)
      );
      return { snapshots };
    }),
    answer(deleteSnapshot, async ({ params }) => {
      await demand(params.snapshot);
      return { report: await open().snapshots().remove(params.snapshot) };
    }),
    answer(compareSnapshots, async ({ body: { before, after, limit }, signal }) => {
      await demand(before);
      await demand(after);
      const changes: EntryChange[] = [];
      const counts = { added: 0, changed: 0, removed: 0 };
      let growth = 0;
      for await (const batch of open().snapshots().diff(before, after)) {
        signal.throwIfAborted();
        for (const change of batch) {
          counts[change.how] += 1;
          growth += (change.after?.size ?? 0) - (change.before?.size ?? 0);
          if (changes.length < limit) changes.push(change);
        }
      }
      return { changes, counts, growth };
    }),
    answer(checkSnapshots, async ({ body: { repair }, signal }) => ({
      report: await open().snapshots().check({ repair, signal })
    })),
    answer(pruneSnapshots, async ({ body: { keepLast, keepWithinDays, dryRun } }) => {
      // Of others nothing is removed: whoever sees them can.
      const neededBy = (each: Snapshot): string | null =>
        isHere(each) ? null : 'it is of a folder elsewhere';
      const report = await open()
        .snapshots()
        .prune({
          ...(keepLast !== undefined && { keepLast }),
          ...(keepWithinDays !== undefined && { keepWithin: keepWithinDays * DAY_MILLISECONDS }),
          dryRun,
          neededBy
        });
      return { report };
    })
  ];
}

/** Coming back from a run. */
function returnRoutes({ root, host, open }: App): Route[] {
  return [
    answer(restoreRun, async ({ params, body: { folder, replace, withResults }, signal }) => {
      const { stores, catalogue, snapshots } = open();
      const run = catalogue.get(params.run);
      const below = folder ?? freeFolder(root, run.notebook, run.number);
      const request = { folder: root.resolve(below), replace, withResults, signal };
      const archive = { stores, snapshots: snapshots() };
      const { report, notebook } = await restore(archive, readState(stores, run.id), request);
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
    }),
    answer(runAsItWas, async ({ params, body: { cache } }) => {
      const { stores, catalogue, engine, snapshots } = open();
      const state = readState(stores, catalogue.get(params.run).id);
      const { id } = await again({ stores, snapshots: snapshots() }, engine, state, host, cache);
      return { run: catalogue.get(id) };
    })
  ];
}

async function pipelineOf(
  root: Root,
  reference: { path: string; content?: string | undefined }
): Promise<Pick<Pipeline, 'volumes' | 'name' | 'kernel'>> {
  const { pipeline, bytes } = await load(root, reference);
  if (pipeline !== null) return pipeline;
  // What makes no pipeline, or not yet, has volumes all the same.
  const { notebook } = parseNotebook(new TextDecoder().decode(bytes));
  const volumes =
    notebook === null ? [] : effectiveVolumes(readPipelineSettings(notebook.metadata).settings);
  return { volumes: volumes.map(pipelineVolume), name: basename(reference.path), kernel: null };
}

function requestOf(root: Root, notebook: string, pipeline: Pick<Pipeline, 'volumes' | 'name'>) {
  const isAllowed = (path: string): boolean => root.leadsInside(path);
  return { notebook, pipeline, environment: null, isAllowed };
}

function readIgnore(notebook: string): string {
  const file = join(dirname(notebook), IGNORE_FILE);
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

/** A folder beside the notebook that is not there yet: `digits-run-3`, `digits-run-3-2`. */
function freeFolder(root: Root, notebook: string, number: number): string {
  const stem = notebook.slice(0, notebook.length - extname(notebook).length);
  const first = `${stem}-run-${number}`;
  for (let count = 1; ; count += 1) {
    const folder = count === 1 ? first : `${first}-${count}`;
    if (!existsSync(root.resolve(folder))) return folder;
  }
}
