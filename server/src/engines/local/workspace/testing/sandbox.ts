import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  unlinkSync,
  writeFileSync
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ChardError } from '../../../../errors';
import {
  openWorkspace,
  openWorkspaceMemory,
  type RunWorkspace,
  type SeenFiles,
  type StepFiles,
  type WorkspaceLimits,
  type WorkspaceMemory
} from '../index';

/** The file functions of a step under test, with an audit of what Python's hook would see. */
export class Hands {
  readonly read = new Set<string>();
  readonly written = new Set<string>();

  constructor(readonly folder: string) {}

  readText(path: string): string | null {
    const full = join(this.folder, path);
    if (!this.written.has(full)) this.read.add(full);
    return existsSync(full) ? readFileSync(full, 'utf8') : null;
  }

  write(path: string, text: string): void {
    this.written.add(join(this.folder, path));
    this.writeUnseen(path, text);
  }

  append(path: string, text: string): void {
    const full = join(this.folder, path);
    if (!this.written.has(full)) this.read.add(full);
    this.written.add(full);
    appendFileSync(full, text);
  }

  remove(path: string): void {
    const full = join(this.folder, path);
    this.written.add(full);
    unlinkSync(full);
  }

  /** As a native library does, past the audit hook. */
  writeUnseen(path: string, text: string): void {
    const full = join(this.folder, path);
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, text);
  }

  seen(): SeenFiles {
    return { read: [...this.read], written: [...this.written] };
  }
}

export interface TestStep {
  readonly after?: readonly string[];
  readonly code?: string;
  readonly run: (hands: Hands) => void;
}

/** `hit`, or why a step was executed and why its new result may not be reused. */
export interface StepReport {
  readonly hit: boolean;
  readonly why: string | null;
  readonly refused: string | null;
}

/** A notebook's folder, a store, and an engine of a few lines that does what the real one does with a workspace. */
export class Sandbox {
  readonly root = mkdtempSync(join(tmpdir(), 'chard-workspace-'));
  readonly folder = join(this.root, 'project');
  readonly home = join(this.root, 'home');
  readonly notebook = join(this.folder, 'notebook.ipynb');
  readonly results = new Map<string, StepFiles>();
  private readonly latest = new Map<string, StepFiles>();
  memory: WorkspaceMemory = openWorkspaceMemory(':memory:');

  constructor() {
    mkdirSync(this.folder);
    mkdirSync(this.home);
    writeFileSync(this.notebook, '{}');
  }

  write(path: string, text: string): void {
    const full = join(this.folder, path);
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, text);
  }

  read(path: string): string | null {
    const full = join(this.folder, path);
    return existsSync(full) ? readFileSync(full, 'utf8') : null;
  }

  remove(path: string): void {
    rmSync(join(this.folder, path), { recursive: true });
  }

  open(
    steps: Readonly<Record<string, { readonly after?: readonly string[] }>>,
    limits: Partial<WorkspaceLimits> = {}
  ): Promise<RunWorkspace> {
    const { notebook, home } = this;
    return openWorkspace(
      {
        notebook,
        home,
        steps: withAncestors(steps),
        limits,
        frozen: null,
        volumes: [],
        mountProblem: () => Promise.resolve('there are none here')
      },
      this.memory
    );
  }

  /** Runs the steps one after the other, in the order given. */
  async run(steps: Readonly<Record<string, TestStep>>): Promise<Record<string, StepReport>> {
    const workspace = await this.open(steps);
    const reports: Record<string, StepReport> = {};
    const keys = new Map<string, (view: string) => string>();
    for (const [name, step] of Object.entries(steps)) {
      const keyOf = (view: string): string => JSON.stringify([name, step.code ?? '', view]);
      keys.set(name, keyOf);
      const { digest } = await workspace.view(name);
      const stored = this.results.get(keyOf(digest));
      const verdict = stored && (await workspace.check(name, stored));
      if (stored !== undefined && verdict?.ok === true) {
        try {
          await workspace.replay(name, stored);
          reports[name] = { hit: true, why: null, refused: null };
          this.latest.set(name, stored);
          continue;
        } catch (error) {
          if (!(error instanceof ChardError)) throw error;
        }
      }
      const before = this.latest.get(name);
      const why =
        verdict?.ok === false ? verdict.why : before ? await workspace.explain(name, before) : null;
      const hands = new Hands(this.folder);
      await workspace.started(name);
      step.run(hands);
      const { files, reusable } = await workspace.finished(name, hands.seen(), true);
      if (reusable.ok) this.results.set(keyOf(digest), files);
      this.latest.set(name, files);
      reports[name] = { hit: false, why, refused: reusable.ok ? null : reusable.why };
    }
    for (const [name, view] of await workspace.settle()) {
      const files = this.latest.get(name);
      const isStored = [...this.results.values()].includes(files as StepFiles);
      const keyOf = keys.get(name);
      if (files && isStored && keyOf) this.results.set(keyOf(view.digest), files);
    }
    return reports;
  }

  /** The steps that were reused. */
  async hits(steps: Readonly<Record<string, TestStep>>): Promise<string[]> {
    const reports = await this.run(steps);
    return Object.keys(reports).filter(name => reports[name]?.hit === true);
  }

  dispose(): void {
    this.memory.close();
    rmSync(this.root, { recursive: true, force: true });
  }
}

function withAncestors(
  steps: Readonly<Record<string, { readonly after?: readonly string[] }>>
): Map<string, ReadonlySet<string>> {
  const all = new Map<string, ReadonlySet<string>>();
  const above = (name: string): Set<string> =>
    new Set((steps[name]?.after ?? []).flatMap(parent => [parent, ...above(parent)]));
  for (const name of Object.keys(steps)) all.set(name, above(name));
  return all;
}
