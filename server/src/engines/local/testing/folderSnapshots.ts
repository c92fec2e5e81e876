import {
  cpSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync
} from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SnapshotEntry } from '@chard/core/snapshot';
import type { SnapshotStore } from '../../../snapshots/snapshotStore';

export class FolderSnapshots {
  readonly pins = new Set<string>();
  private readonly folders = new Map<string, string>();

  take(folder: string): string {
    const id = String(this.folders.size + 1).padStart(16, '0');
    const copy = mkdtempSync(join(tmpdir(), 'chard-frozen-'));
    cpSync(folder, copy, { recursive: true, filter: path => !path.includes('node_modules') });
    this.folders.set(id, copy);
    return id;
  }

  folder(id: string): string {
    return this.folders.get(id) as string;
  }

  get store(): SnapshotStore {
    const self = this;
    return {
      async *entries(id: string) {
        yield [...list(self.folder(id), '')];
      },
      async workspace(id: string, _: string, folder: string) {
        if (existsSync(folder)) throw new Error(folder);
        cpSync(self.folder(id), folder, { recursive: true });
        return { way: 'copy', problems: [] };
      },
      async pin(id: string, by: string) {
        self.pins.add(`${id} ${by}`);
      },
      async unpin(id: string, by: string) {
        self.pins.delete(`${id} ${by}`);
      }
    } as unknown as SnapshotStore;
  }
}

function* list(root: string, at: string): Generator<SnapshotEntry> {
  for (const name of readdirSync(join(root, at)).sort()) {
    const path = at === '' ? name : `${at}/${name}`;
    const full = join(root, path);
    const stats = lstatSync(full);
    const rest = { path, mode: stats.mode & 0o7777, modified: '0', sameFileAs: null };
    if (stats.isDirectory()) {
      yield { ...rest, kind: 'folder', size: 0, digest: null, target: null };
      yield* list(root, path);
    } else if (stats.isSymbolicLink()) {
      yield { ...rest, kind: 'link', size: 0, digest: null, target: readlinkSync(full) };
    } else {
      const digest = createHash('sha256').update(readFileSync(full)).digest('hex');
      yield { ...rest, kind: 'file', size: stats.size, digest, target: null };
    }
  }
}
