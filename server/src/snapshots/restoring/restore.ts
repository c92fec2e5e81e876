import { join } from 'node:path';
import { isWithin } from '@chard/core/snapshot';
import type { ExtendedAttributes } from '../attributes/model';
import type { Layout } from '../disk/layout';
import { manifestEntries } from '../disk/manifests';
import type { KeptRecord, KeptSource } from '../disk/records';
import { pathUnknown, sourceOf } from '../reading/library';
import type { RestoreOptions, RestorePlace, RestoreReport } from '../snapshotStore';
import { Meter } from '../work/meter';
import { makeFolder, newFolder } from './newFolder';
import { thawSource, totalOf } from './source';
import type { Thawed } from './thaw';

/** Puts a snapshot, or some of it, back. @throws ChardError as `SnapshotStore.restore` has it */
export async function restoreSnapshot(
  layout: Layout,
  record: KeptRecord,
  place: RestorePlace,
  options: RestoreOptions,
  attributes: ExtendedAttributes | null
): Promise<RestoreReport> {
  const { source: only, paths = [] } = options;
  const sources = only === undefined ? record.sources : [sourceOf(record, only)];
  if (paths.length > 0) demandPaths(layout, sources, paths);
  const meter = new Meter(options, paths.length > 0 ? null : totalOf(sources));
  const report = emptyReport();
  const put = async (
    source: KeptSource,
    target: string,
    compare: boolean,
    shown = target
  ): Promise<void> => {
    makeFolder(target);
    const order = { target, way: 'copy', compare, attributes, meter } as const;
    const thawed = await thawSource(layout, source, order, batch =>
      paths.length === 0
        ? batch
        : batch.filter(entry => paths.some(path => isWithin(entry.path, path)))
    );
    add(report, source.name, shown, thawed);
  };
  if ('inPlace' in place) {
    for (const source of sources) await put(source, source.path, true);
  } else {
    const isAlone = record.sources.length === 1 || only !== undefined;
    const within = (folder: string, name: string): string =>
      isAlone ? folder : join(folder, name);
    const fill = async (folder: string, compare: boolean): Promise<void> => {
      for (const source of sources) {
        const { name } = source;
        await put(source, within(folder, name), compare, within(place.folder, name));
      }
    };
    if (place.replace === true) await fill(place.folder, true);
    else await newFolder(place.folder, folder => fill(folder, false));
  }
  meter.end();
  return report;
}

/** @throws ChardError `snapshot-path-unknown` */
function demandPaths(
  layout: Layout,
  sources: readonly KeptSource[],
  paths: readonly string[]
): void {
  const missing = new Set(paths);
  for (const { manifest } of sources) {
    for (const batch of manifestEntries(layout, manifest.digest)) {
      for (const path of missing) {
        if (batch.some(entry => isWithin(entry.path, path))) missing.delete(path);
      }
      if (missing.size === 0) return;
    }
  }
  const [first = ''] = missing;
  throw pathUnknown(first);
}

type Mutable<Type> = { -readonly [Key in keyof Type]: Type[Key] };

function emptyReport(): Mutable<RestoreReport> {
  return { places: {}, files: 0, folders: 0, links: 0, bytes: 0, unchanged: 0, problems: [] };
}

function add(
  report: Mutable<RestoreReport>,
  name: string,
  place: string,
  { counts, unchanged, problems }: Thawed
): void {
  report.places = { ...report.places, [name]: place };
  report.files += counts.files;
  report.folders += counts.folders;
  report.links += counts.links;
  report.bytes += counts.bytes;
  report.unchanged += unchanged;
  report.problems = [...report.problems, ...problems];
}
