import type { Range } from '../../diagnostics';
import type { Node, Stmt } from '../ast';
import { originalRange, transformCell, type TransformedCell } from '../ipython';
import { analyseScopes, type ModuleScopes, type Scope, type ScopeNode } from '../scopes';
import { parsePython, type ParsedModule, type SyntaxProblem } from '../syntax';
import type { CodeUnit, FrameNames } from './unit';

/** Reads cells. The same source is read once, as long as it is among the last `capacity` ones asked for. */
export interface Analyser {
  /** Reads a cell. `isBound`: the names of the notebook, which a lone word may mean before IPython's magics. */
  unit(source: string, isBound: (name: string) => boolean): CodeUnit;
  /** Reads a module: plain Python. */
  module(source: string): CodeUnit;
}

const NO_NAMES: FrameNames = { own: new Set(), global: new Set() };

/** One cell read; scopes are found when they are asked for. */
class ParsedUnit implements CodeUnit {
  readonly body: readonly Stmt[];
  readonly problems: readonly SyntaxProblem[];
  readonly constructs: TransformedCell['constructs'];
  private readonly names = new Map<Node, FrameNames>();
  private foundScopes: ModuleScopes | null = null;
  private bound: ReadonlySet<string> | null = null;

  constructor(
    readonly source: string,
    private readonly transformed: TransformedCell,
    module: ParsedModule
  ) {
    this.body = module.body;
    this.constructs = transformed.constructs;
    this.problems = module.errors.map(problem => ({
      message: problem.message,
      range: this.locate(problem.range)
    }));
  }

  private get scopes(): ModuleScopes {
    this.foundScopes ??= analyseScopes(this.body);
    return this.foundScopes;
  }

  locate(range: Range): Range {
    return originalRange(this.transformed.map, range);
  }

  text(node: Node): string {
    const lines = this.transformed.source
      .split('\n')
      .slice(node.range.start.line - 1, node.range.end.line);
    const indent = node.range.start.column;
    const last = lines.length - 1;
    return lines
      .map((line, index) => {
        const end = index === last ? node.range.end.column : undefined;
        return [...line].slice(indent, end).join('');
      })
      .join('\n');
  }

  namesOf(node: Node): FrameNames {
    const known = this.names.get(node);
    if (known) return known;
    const scope = this.scopes.of.get(node as ScopeNode);
    const names = scope ? frameNames(scope) : NO_NAMES;
    this.names.set(node, names);
    return names;
  }

  get boundNames(): ReadonlySet<string> {
    if (this.bound) return this.bound;
    const bound = new Set<string>();
    const collect = (scope: Scope): void => {
      for (const symbol of scope.symbols.values()) {
        const here = scope.parent === null || symbol.scope === 'global-explicit';
        if (symbol.bound && here) bound.add(symbol.name);
      }
      scope.children.forEach(collect);
    };
    collect(this.scopes.module);
    this.bound = bound;
    return bound;
  }

  isOptional(name: string, range: Range): boolean {
    const { start } = this.locate(range);
    return this.constructs.some(
      construct =>
        construct.mayRead.includes(name) &&
        construct.range.start.line <= start.line &&
        start.line <= construct.range.end.line
    );
  }

  parse(source: string): CodeUnit {
    return new ParsedUnit(source, asPython(source), parsePython(source));
  }
}

function frameNames(scope: Scope): FrameNames {
  const own = new Set<string>();
  const global = new Set<string>();
  for (const symbol of scope.symbols.values()) {
    if (symbol.scope === 'local' || symbol.scope === 'cell') own.add(symbol.name);
    if (symbol.scope === 'global-explicit') global.add(symbol.name);
  }
  return { own, global };
}

function asPython(source: string): TransformedCell {
  return { source, constructs: [], map: [] };
}

/** What is kept of a source: the names that IPython's automagic depends on, and a unit for each answer about them. */
interface Remembered {
  readonly asked: readonly string[];
  readonly units: Map<string, CodeUnit>;
}

/** The last `capacity` values that were asked for. */
class Recent<Value> {
  private readonly values = new Map<string, Value>();

  constructor(private readonly capacity: number) {}

  get(key: string): Value | undefined {
    const value = this.values.get(key);
    if (value === undefined) return undefined;
    this.values.delete(key);
    this.values.set(key, value);
    return value;
  }

  set(key: string, value: Value): void {
    this.values.set(key, value);
    const [oldest] = this.values.keys();
    if (this.values.size > this.capacity && oldest !== undefined) this.values.delete(oldest);
  }
}

/** Tells apart what a cell may be read as. */
function unitKey(asked: readonly string[], isBound: (name: string) => boolean): string {
  return asked.filter(isBound).join(' ');
}

class CachingAnalyser implements Analyser {
  private readonly cells: Recent<Remembered>;
  private readonly modules: Recent<CodeUnit>;

  constructor(capacity: number) {
    this.cells = new Recent(capacity);
    this.modules = new Recent(capacity);
  }

  unit(source: string, isBound: (name: string) => boolean): CodeUnit {
    let known = this.cells.get(source);
    if (!known) {
      known = this.readFirst(source);
      this.cells.set(source, known);
    }
    const key = unitKey(known.asked, isBound);
    let unit = known.units.get(key);
    if (!unit) {
      unit = this.read(source, transformCell(source, { isBound }));
      known.units.set(key, unit);
    }
    return unit;
  }

  /** Reads a cell as if all names were the notebook's: most cells are read so. */
  private readFirst(source: string): Remembered {
    const names = new Set<string>();
    const isBound = (name: string): boolean => names.add(name).has(name);
    const transformed = transformCell(source, { isBound });
    const asked = [...names];
    const key = unitKey(asked, () => true);
    return { asked, units: new Map([[key, this.read(source, transformed)]]) };
  }

  module(source: string): CodeUnit {
    let unit = this.modules.get(source);
    if (!unit) {
      unit = this.read(source, asPython(source));
      this.modules.set(source, unit);
    }
    return unit;
  }

  private read(source: string, transformed: TransformedCell): CodeUnit {
    return new ParsedUnit(source, transformed, parsePython(transformed.source));
  }
}

/** Makes an analyser. `capacity`: how many sources are kept. */
export function createAnalyser(capacity = 4096): Analyser {
  return new CachingAnalyser(capacity);
}
