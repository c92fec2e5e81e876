import { lstatSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import {
  DEFAULT_IGNORES,
  IGNORE_FILE,
  ignoreRules,
  type SnapshotCounts,
  type SnapshotProblem
} from '@chard/core/snapshot';
import { ChardError } from '../../errors';
import { errorCode, reasonOf } from '../../files';
import { Meter, Turns } from '../work/meter';
import type { SourceFolder, Watch } from '../snapshotStore';
import { folderIdentity, walk, type WalkOptions } from './walk';

/** A folder that is about to be looked through. */
export interface OpenSource {
  readonly name: string;
  /** Absolute, without links. */
  readonly path: string;
  readonly options: WalkOptions;
  readonly problems: readonly Omit<SnapshotProblem, 'source'>[];
}

/** @param home left out where it is met. @throws ChardError `source-unavailable`, `source-twice` */
export function openSources(sources: readonly SourceFolder[], home: string): OpenSource[] {
  const names = new Set<string>();
  return sources.map(source => {
    if (names.has(source.name)) {
      throw new ChardError(
        'source-twice',
        `Two folders of the snapshot are called "${source.name}". Give each a name of its own.`,
        { exitCode: 2 }
      );
    }
    names.add(source.name);
    return openSource(source, home);
  });
}

function openSource({ name, path, ignore = '' }: SourceFolder, home: string): OpenSource {
  let real: string;
  try {
    real = realpathSync(path);
    if (!statSync(real).isDirectory()) throw new Error('it is not a folder');
  } catch (error) {
    throw sourceUnavailable(path, error);
  }
  const { rules, problems } = readRules(real);
  return {
    name,
    path: real,
    options: {
      ignores: ignoreRules(DEFAULT_IGNORES, rules, ignore),
      without: new Set(identityOf(home))
    },
    problems
  };
}

export function sourceUnavailable(path: string, error: unknown): ChardError {
  const why =
    errorCode(error) === 'ENOENT'
      ? 'it is not there'
      : errorCode(error) === 'EACCES'
        ? 'permission denied'
        : reasonOf(error);
  return new ChardError(
    'source-unavailable',
    `The folder ${path} cannot be taken into a snapshot: ${why}. Check its path and its permissions.`,
    { path, cause: error }
  );
}

function readRules(folder: string): Pick<OpenSource, 'problems'> & { rules: string } {
  try {
    return { rules: readFileSync(join(folder, IGNORE_FILE), 'utf8'), problems: [] };
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return { rules: '', problems: [] };
    const message = `Its rules are not followed, because it cannot be read: ${reasonOf(error)}`;
    return { rules: '', problems: [{ path: IGNORE_FILE, code: 'unreadable', message }] };
  }
}

function identityOf(folder: string): string[] {
  const stats = lstatSync(folder, { bigint: true, throwIfNoEntry: false });
  return stats === undefined ? [] : [folderIdentity(stats)];
}

/** What a snapshot would take of a folder, without reading any file. @throws ChardError `source-unavailable` */
export async function measureSource(source: OpenSource, watch: Watch): Promise<SnapshotCounts> {
  const counts = { files: 0, folders: 0, links: 0, bytes: 0 };
  const seen = new Set<string>();
  const meter = new Meter(watch);
  const turns = new Turns();
  try {
    for (const step of walk(source.path, source.options)) {
      if (turns.isDue) await turns.give();
      if (!('found' in step)) continue;
      const { kind, stats } = step.found;
      meter.add(1, 0);
      if (kind === 'folder') counts.folders += 1;
      else if (kind === 'link') counts.links += 1;
      else {
        counts.files += 1;
        const identity = folderIdentity(stats);
        if (stats.nlink > 1n && seen.has(identity)) continue;
        if (stats.nlink > 1n) seen.add(identity);
        counts.bytes += Number(stats.size);
      }
    }
  } catch (error) {
    if (errorCode(error) === undefined || watch.signal?.aborted === true) throw error;
    throw sourceUnavailable(source.path, error);
  }
  meter.end();
  return counts;
}
