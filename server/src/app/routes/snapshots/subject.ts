import { existsSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { effectiveVolumes, parseNotebook, readPipelineSettings } from '@chard/core/notebook';
import { pipelineVolume, type Pipeline } from '@chard/core/pipeline';
import type { SnapshotRequest } from '../../../runs/runSnapshot';
import type { Root } from '../../root';
import { load } from '../notebooks';

type Subject = Pick<Pipeline, 'volumes' | 'name' | 'kernel'>;

/** A notebook's pipeline, as far as snapshots are concerned: what makes none, or not yet, has volumes all the same. */
export async function pipelineOf(
  root: Root,
  reference: { path: string; content?: string | undefined }
): Promise<Subject> {
  const { pipeline, bytes } = await load(root, reference);
  if (pipeline !== null) return pipeline;
  const { notebook } = parseNotebook(new TextDecoder().decode(bytes));
  const volumes =
    notebook === null ? [] : effectiveVolumes(readPipelineSettings(notebook.metadata).settings);
  return { volumes: volumes.map(pipelineVolume), name: basename(reference.path), kernel: null };
}

/** @param notebook absolute path */
export function requestOf(root: Root, notebook: string, pipeline: Subject): SnapshotRequest {
  const isAllowed = (path: string): boolean => root.leadsInside(path);
  return { notebook, pipeline, environment: null, isAllowed };
}

/** A folder that is not there yet, named after a file or folder: `digits-run-3`, `digits-run-3-2`. Below Jupyter's root. */
export function freeFolder(root: Root, beside: string, ending: string): string {
  const stem = beside.slice(0, beside.length - extname(beside).length);
  for (let count = 1; ; count += 1) {
    const folder = `${stem}-${ending}${count === 1 ? '' : `-${count}`}`;
    if (!existsSync(root.resolve(folder))) return folder;
  }
}
