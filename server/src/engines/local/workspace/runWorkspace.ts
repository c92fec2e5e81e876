import { dirname, join } from 'node:path';
import type { Snapshot } from '@chard/core/snapshot';
import { ChardError } from '../../../errors';
import { removeTree } from '../../../files';
import { freeze } from './frozen';
import { WatchedFolder } from './folder';
import { FolderWorkspace } from './folderWorkspace';
import { chooseMode } from './isolation';
import type { WorkspaceMemory } from './memory';
import type {
  FileProblem,
  RunWorkspace,
  Verdict,
  WorkspaceLimits,
  WorkspaceMode,
  WorkspaceOptions
} from './model';
import { OverlayWorkspace } from './overlayWorkspace';
import { PrivateWorkspace } from './privateWorkspace';
import { VolumeMounts } from './volumes';

export const DEFAULT_LIMITS: WorkspaceLimits = {
  files: 200_000,
  unreadBytes: 64 * 2 ** 30,
  keptFileBytes: 8 * 2 ** 30
};

const YES: Verdict = { ok: true };
const REMEDY =
  'Move what is no input of the notebook elsewhere, or name it in a file .chardignore beside the notebook';

/**
 * Looks at the notebook's folder, for a run that starts now, or at what a snapshot has of it.
 * @param memory stays open as long as the run. @throws ChardError `folder-unavailable`, `store-full`, `snapshot-damaged`, ...
 */
export async function openWorkspace(
  options: WorkspaceOptions,
  memory: WorkspaceMemory
): Promise<RunWorkspace> {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const mode = await chooseMode(options, limits);
  if (mode.way === 'live' && options.frozen?.brings === false) throw nowhereElse(mode);
  const { notebook, home, frozen } = options;
  if (frozen !== null) removeTree(frozen.folder);
  const snapshot = frozen === null ? null : await frozen.store.get(frozen.snapshot);
  const sources = snapshot?.sources ?? [];
  const mounts = await VolumeMounts.plan(options, sources, mode, limits, memory);
  const place = { folder: dirname(notebook), notebook, home };
  const setting = { mode, mounts, problems: snapshot === null ? [] : frozenProblems(snapshot) };
  if (mode.way === 'live' || frozen === null) {
    const folder = await WatchedFolder.open(place, limits.files, memory.digests);
    const reusable = refusal(folder, limits);
    return new FolderWorkspace(options, limits, folder, memory, reusable, setting);
  }
  const folder = WatchedFolder.unseen(place, memory.digests);
  const own = { ...frozen, folder: join(frozen.folder, 'notebook') };
  const state = await freeze(own, folder, home);
  return mode.way === 'overlay'
    ? new OverlayWorkspace(options, limits, folder, memory, state, setting)
    : new PrivateWorkspace(options, limits, folder, memory, state, setting);
}

/** How many problems of a snapshot are told one by one. */
const MOST_PROBLEMS = 5;

/** What the snapshot has not, or not for certain as it was. */
function frozenProblems({ id, sources, problems, problemCount }: Snapshot): FileProblem[] {
  const folders = new Map(sources.map(({ name, path }) => [name, path]));
  const told = problems.slice(0, MOST_PROBLEMS).map(({ source, path, message }) => ({
    path: join(folders.get(source) ?? '', path),
    message
  }));
  const more = problemCount - told.length;
  if (more === 0) return told;
  const message = `The snapshot ${id} has problems with ${more} more files: \`chard snapshot show ${id} --json\` has them.`;
  return [...told, { path: '', message }];
}

function nowhereElse({ why }: WorkspaceMode): ChardError {
  return new ChardError(
    'workspace-unavailable',
    `The run cannot be kept apart from the notebook's folder on this machine: ${why}. ` +
      'Restore its snapshot into a folder and run the notebook there. Trials of an experiment can work in the folder itself: ' +
      '`chard tune --no-snapshot`, or "Take none" in the panel\'s section Volumes.'
  );
}

function refusal(folder: WatchedFolder, limits: WorkspaceLimits): Verdict {
  if (folder.isCut) {
    return {
      ok: false,
      why: `The notebook's folder ${folder.path} holds more than ${limits.files} files. ${REMEDY}.`
    };
  }
  const unread = folder.recall();
  if (unread <= limits.unreadBytes) return YES;
  const gib = Math.ceil(unread / 2 ** 30);
  return {
    ok: false,
    why: `The notebook's folder ${folder.path} holds ${gib} GiB that would have to be read first. ${REMEDY}.`
  };
}
