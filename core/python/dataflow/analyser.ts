import type { Range } from '../../diagnostics';
import type { Node, Stmt } from '../ast';
import { originalRange, type TransformedCell } from '../ipython';
import type { ParsedModule, PythonParser, SyntaxProblem } from '../parser';
import { analyseScopes, type ModuleScopes, type Scope, type ScopeNode } from '../scopes';
import type { FrameNames } from './heap';
import type { CodeUnit } from './unit';

/** Reads cells. The same source is read once, as long as it is among the last `capacity` ones asked for. */
export interface Analyser {
  unit(source: string): CodeUnit;
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
    module: ParsedModule,
    private readonly parser: PythonParser
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
    const lines = this.transformed.source.split('\n').slice(node.range.start.line - 1, node.range.end.line);
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
    return new ParsedUnit(source, asPython(source), this.parser.parse(source), this.parser);
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

/** Makes an analyser on a parser. `capacity`: how many sources are kept. */
export function createAnalyser(parser: PythonParser, capacity = 4096): Analyser {
  const units = new Map<string, CodeUnit>();
  return {
    unit(source: string): CodeUnit {
      const known = units.get(source);
      if (known) {
        units.delete(source);
        units.set(source, known);
        return known;
      }
      const transformed = asPython(source);
      const unit = new ParsedUnit(source, transformed, parser.parse(transformed.source), parser);
      units.set(source, unit);
      const [oldest] = units.keys();
      if (units.size > capacity && oldest !== undefined) units.delete(oldest);
      return unit;
    }
  };
}
