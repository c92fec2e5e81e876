import type { CellCode, OpaqueFact, Place, ReadFact, Trace, Value } from '../../python/dataflow';
import type { Prologue } from '../prologue';

/** A step as far as its data flow goes. */
export interface FlowStep {
  readonly name: string;
  readonly cells: readonly CellCode[];
  /** Indexes of the steps that it is declared to depend on, all smaller than its own. */
  readonly after: readonly number[];
}

/** What a step leaves under a name that it binds, deletes or may change. */
export interface Leaving {
  /** It always does. */
  readonly certain: boolean;
  /** It gives the name a value of its own, rather than change the one that came in. */
  readonly binds: boolean;
  /** Afterwards the name is gone. */
  readonly deleted: boolean;
  /** Some way through the code keeps what came in. */
  readonly passes: boolean;
  readonly value: Value;
  /** The import statement that gives the same again elsewhere. */
  readonly statement: string | null;
  /** Where it is changed; null where that is a plain binding. */
  readonly place: Place | null;
  /** Only this: something that the step binds or changes has an object in common with it. */
  readonly shared: boolean;
}

/** How a name that a step needs gets there. */
export interface Arrival {
  readonly name: string;
  /** Indexes of the steps that may have left it last, in notebook order; the last one is the provider. */
  readonly candidates: readonly number[];
  /** Where it is read; null where the step only passes it on. */
  readonly read: ReadFact | null;
}

export interface StepFlow {
  readonly index: number;
  /** All steps before it by declared and derived dependencies. */
  readonly ancestors: ReadonlySet<number>;
  /** Steps it depends on only because of a name. */
  readonly derived: ReadonlyMap<number, ReadFact[]>;
  readonly arrivals: Map<string, Arrival>;
  readonly imports: ReadonlyMap<string, string>;
  readonly prologueNames: ReadonlySet<string>;
  readonly leavings: ReadonlyMap<string, Leaving>;
  /** Reads of names that nothing above has. */
  readonly missing: readonly ReadFact[];
  readonly reads: ReadonlyMap<string, ReadFact>;
  readonly opaque: readonly OpaqueFact[];
  /** Attributes of modules that it sets, by dotted path. */
  readonly moduleChanges: ReadonlyMap<string, Place>;
  /** Functions of modules that it calls, by dotted path. */
  readonly called: ReadonlyMap<string, Place>;
  /** The first parts of the names of the modules that it uses. */
  readonly modules: ReadonlySet<string>;
  readonly bindsAnything: readonly { statement: string | null }[];
  /** What each of its cells does, in their order. */
  readonly cells: readonly CellFlow[];
}

/** What one cell of a step does. */
export interface CellFlow {
  readonly cell: number;
  readonly trace: Trace;
}

export interface NotebookFlow {
  readonly prologue: Prologue;
  readonly steps: readonly StepFlow[];
}
