import type { Node } from '../ast';

/** Calls within calls, deeper than which the way there is no longer told apart. */
const DEPTH = 3;
/** Objects that one evaluation of one expression makes, beyond which they are no longer told apart. */
const ORDINALS = 64;

/** A way to a piece of code: a chain of calls, or the one way for all code that only might be run. */
export interface CallContext {
  readonly id: number;
  readonly depth: number;
  /** Set for code that only might be run: objects are then told apart by the function that makes them, no finer. */
  readonly whole: Node | null;
}

/** Something was made, at a place. */
export interface Making<Made> {
  readonly here: Made[];
  readonly made: Made;
}

/**
 * Where objects are made. A place is the expression or statement at hand, the chain of calls that led there, and how
 * many objects have been made there before in the same evaluation. Coming to a place again gives the object that it
 * gave before, so that the analysis makes no more objects than the code has places (allocation-site abstraction with
 * bounded call strings).
 */
export class AllocationSites<Made> {
  private readonly byNode = new WeakMap<object, Map<number, Made[]>>();
  /** What was made where, in order, so that it can be forgotten again. */
  private readonly journal: Making<Made>[] = [];
  private readonly contexts = new Map<string, CallContext>();
  private readonly nodeIds = new WeakMap<Node, number>();
  private nodeCount = 0;
  private step = 0;
  private context: CallContext = { id: 0, depth: 0, whole: null };
  private node: Node | null = null;
  private ordinal = 0;

  /** From here on the code of another step, or of the prologue, is gone through. */
  startStep(step: number): void {
    this.step = step;
    this.context = this.contextOf(`step ${step}`, 0);
  }

  /** Evaluates at a node; within it, objects are numbered anew. */
  at<Result>(node: Node, run: () => Result): Result {
    const { node: outer, ordinal } = this;
    this.node = node;
    this.ordinal = 0;
    const result = run();
    this.node = outer;
    this.ordinal = ordinal;
    return result;
  }

  /** Runs the body of a function that is called at the node at hand. */
  inCall<Result>(callee: Node, run: () => Result): Result {
    const { context, node } = this;
    const way =
      context.depth < DEPTH
        ? `${context.id} ${this.idOf(node)}`
        : `deep ${this.step} ${this.idOf(node)}`;
    return this.inContext(this.contextOf(`${way} ${this.idOf(callee)}`, context.depth + 1), run);
  }

  /** Runs the body of a function that only might be called: one way for all who might. */
  inSuspicion<Result>(callee: Node, run: () => Result): Result {
    const context = this.contextOf(`may ${this.step} ${this.idOf(callee)}`, DEPTH, callee);
    return this.inContext(context, run);
  }

  private inContext<Result>(context: CallContext, run: () => Result): Result {
    const { context: outer, node, ordinal } = this;
    this.context = context;
    const result = run();
    this.context = outer;
    this.node = node;
    this.ordinal = ordinal;
    return result;
  }

  private contextOf(key: string, depth: number, whole: Node | null = null): CallContext {
    let context = this.contexts.get(key);
    if (!context) {
      context = { id: this.contexts.size + 1, depth, whole };
      this.contexts.set(key, context);
    }
    return context;
  }

  private idOf(node: Node | null): number {
    if (node === null) return 0;
    let id = this.nodeIds.get(node);
    if (id === undefined) {
      this.nodeCount += 1;
      id = this.nodeCount;
      this.nodeIds.set(node, id);
    }
    return id;
  }

  /** The next place where something is made. `exact`: at the expression at hand, whoever may be running. */
  next(exact = false): Made[] {
    const { context } = this;
    if (context.whole && !exact) return this.place(context.whole, 0);
    this.ordinal += 1;
    return this.place(this.node ?? this, Math.min(this.ordinal, ORDINALS));
  }

  add<Kind extends Made>(here: Made[], made: Kind): Kind {
    this.note({ here, made });
    return made;
  }

  private place(at: object, ordinal: number): Made[] {
    let byPlace = this.byNode.get(at);
    if (!byPlace) {
      byPlace = new Map();
      this.byNode.set(at, byPlace);
    }
    const place = this.context.id * (ORDINALS + 1) + ordinal;
    let here = byPlace.get(place);
    if (!here) {
      here = [];
      byPlace.set(place, here);
    }
    return here;
  }

  checkpoint(): number {
    return this.journal.length;
  }

  /** Forgets what was made since, and gives it; nothing that was made before has been made again since then by other steps. */
  rollBack(to: number): Making<Made>[] {
    const makings = this.journal.splice(to);
    for (const { here } of makings) here.pop();
    return makings;
  }

  redo(makings: readonly Making<Made>[]): void {
    for (const making of makings) this.note(making);
  }

  private note(making: Making<Made>): void {
    making.here.push(making.made);
    this.journal.push(making);
  }
}
