import type { AnnotatedNotebook, ResolvedRole } from '../notebook';
import type { Analyser, CellCode } from '../python/dataflow';

/** The code cells of a notebook that belong to the pipeline, read. */
export interface PipelineCells {
  readonly prologue: readonly { readonly kind: PrologueKind; readonly code: CellCode }[];
  readonly metrics: readonly CellCode[];
  /** Of every code cell, also those that are skipped or belong to nothing. */
  readonly byIndex: ReadonlyMap<number, CellCode>;
}

export type PrologueKind = 'imports' | 'parameters' | 'functions';

const PROLOGUE_KINDS: readonly string[] = ['imports', 'parameters', 'functions'];

function isPrologue(role: ResolvedRole): role is { readonly kind: PrologueKind } {
  return PROLOGUE_KINDS.includes(role.kind);
}

/** Reads all code cells. A lone word is a name where any cell binds it. */
export function readCells(notebook: AnnotatedNotebook, analyser: Analyser): PipelineCells {
  const sources = notebook.cells.filter(({ cell }) => cell.type === 'code');
  let bound: Set<string> | null = null;
  const isBound = (name: string): boolean => {
    bound ??= new Set(
      sources.flatMap(({ cell }) => [...analyser.unit(cell.source, () => true).boundNames])
    );
    return bound.has(name);
  };
  const byIndex = new Map<number, CellCode>();
  const prologue: { kind: PrologueKind; code: CellCode }[] = [];
  const metrics: CellCode[] = [];
  for (const { cell, role } of sources) {
    const code: CellCode = { cell: cell.index, unit: analyser.unit(cell.source, isBound) };
    byIndex.set(cell.index, code);
    if (role && isPrologue(role)) prologue.push({ kind: role.kind, code });
    else if (role?.kind === 'metrics') metrics.push(code);
  }
  return { prologue, metrics, byIndex };
}
