import { diagnostic, type Diagnostic } from '@chard/core';
import { z } from 'zod';
import type { Interpreter } from './interpreter';
import { runRunnerModule } from './runnerModule';

const CompileError = z.object({
  cell: z.int(),
  message: z.string(),
  line: z.int().nullable(),
  column: z.int().nullable(),
  endLine: z.int().nullable(),
  endColumn: z.int().nullable()
});
const Answer = z.object({ errors: z.array(CompileError) });

/** A cell's code as the pipeline would run it. */
export interface CellToCompile {
  readonly cell: number;
  readonly source: string;
  readonly step: string | null;
}

/**
 * Has the kernel's own interpreter compile every cell: it knows its version's syntax exactly, so its word, and its
 * message, is the last.
 */
export async function compileCells(
  interpreter: Interpreter,
  cells: readonly CellToCompile[]
): Promise<Diagnostic[]> {
  const { errors } = Answer.parse(
    await runRunnerModule(interpreter, 'chard_runner.compile_cells', {
      cells: cells.map(({ cell, source }) => ({ cell, source }))
    })
  );
  return errors.map(error =>
    diagnostic('error', 'syntax-error', `Python cannot read this cell: ${error.message}`, {
      cell: error.cell,
      line: error.line,
      column: error.column,
      end:
        error.endLine !== null && error.endColumn !== null
          ? { line: error.endLine, column: error.endColumn }
          : null,
      step: cells.find(({ cell }) => cell === error.cell)?.step ?? null
    })
  );
}
