import type { Host } from '../host';
import type { Engine, ExecutionContext } from '../engines/engine';
import { createLocalEngine } from '../engines/local';
import { ExperimentAnalysis } from '../experiments/analysis';
import type { ExperimentEngine } from '../experiments/experimentEngine';
import { createExperimentEngine } from '../experiments/localExperiments';
import { optunaSuggester } from '../experiments/suggester/process';
import type { OpenSuggester } from '../experiments/suggester/suggester';
import { executionContext } from '../runs/execution';
import { LogIndexes } from '../runs/log';
import { SnapshotDoor } from '../snapshots/door';
import type { SnapshotStore } from '../snapshots/snapshotStore';
import { openStores, type Stores } from '../stores';
import { Catalogue } from './catalogue';
import { Changes } from './changes';
import { ExperimentCatalogue } from './experimentCatalogue';
import type { Root } from './root';
import { SnapshotCatalogue } from './snapshotCatalogue';

/** What the routes work with, once the stores are open. */
export interface Backend {
  readonly stores: Stores;
  readonly engine: Engine;
  readonly experiments: ExperimentEngine;
  readonly analysis: ExperimentAnalysis;
  readonly catalogue: Catalogue;
  readonly experimentCatalogue: ExperimentCatalogue;
  readonly snapshotCatalogue: SnapshotCatalogue;
  readonly changes: Changes;
  readonly logs: LogIndexes;
  /** Opens the snapshots when they are first asked for. */
  readonly snapshots: () => SnapshotStore;
}

/**
 * Opens the stores when they are first needed. Stores that cannot be opened (a full disk, a newer format) fail
 * the requests that need them, each with what is wrong, and are tried again with the next. Stores that are gone are not made
 * anew, since a disk may come back; others that are put in their place are opened.
 */
export class BackendDoor {
  private backend: Backend | null = null;
  /** Of one whose store was replaced. */
  private closing: Promise<void> = Promise.resolve();

  constructor(
    private readonly host: Host,
    private readonly root: Root
  ) {}

  /** @throws ChardError of `openStores`, `store-gone`. */
  open(): Backend {
    if (this.backend?.stores.place() === 'replaced') {
      void this.close();
    }
    this.backend ??= openBackend(openStores(this.host.home), this.root, this.host);
    this.backend.stores.demandThere();
    return this.backend;
  }

  /** Ends what goes on. */
  close(): Promise<void> {
    const { backend } = this;
    this.backend = null;
    if (backend) this.closing = this.closing.then(() => closeBackend(backend));
    return this.closing;
  }
}

/** Ends what a backend does. What still asks it for something is told that its store is gone. */
async function closeBackend(backend: Backend): Promise<void> {
  backend.analysis.close();
  await backend.experiments.close();
  await backend.engine.close();
  backend.changes.close();
  backend.stores.close();
}

function snapshotsOf(home: string, python: string): () => SnapshotStore {
  const door = new SnapshotDoor(home, python);
  return () => door.open();
}

/** What executes; specs put their own in its place. */
interface Machinery {
  readonly engine: Engine;
  readonly snapshots: () => SnapshotStore;
  readonly open: OpenSuggester;
  readonly contextOf: (kernel: string | null) => Promise<ExecutionContext>;
}

export function openBackend(
  stores: Stores,
  root: Root,
  host: Host,
  {
    snapshots = snapshotsOf(stores.home, host.python),
    engine = createLocalEngine({ stores, snapshots }),
    open = optunaSuggester(host),
    contextOf = kernel => executionContext(kernel, host)
  }: Partial<Machinery> = {}
): Backend {
  const catalogue = new Catalogue(stores.runs, root, engine.broken);
  const experiments = createExperimentEngine({ stores, engine, open, contextOf, snapshots });
  return {
    snapshots,
    stores,
    engine,
    experiments,
    analysis: new ExperimentAnalysis(open),
    catalogue,
    experimentCatalogue: new ExperimentCatalogue(stores.experiments, root, experiments.broken),
    snapshotCatalogue: new SnapshotCatalogue(snapshots, catalogue, root),
    changes: new Changes(stores.runs, engine.broken, experiments.broken),
    logs: new LogIndexes(stores.runs)
  };
}
