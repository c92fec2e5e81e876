import { diagnostic, Position, type Diagnostic } from '@chard/core';
import { z } from 'zod';
import type { Interpreter } from './interpreter';
import { runRunnerModule } from './runnerModule';

const CompileError = Position.extend({ message: z.string(), end: Position });
const Answer = z.object({
  cells: z.array(z.object({ cell: z.int(), errors: z.array(CompileError) }))
});

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
  const answer = Answer.parse(
    await runRunnerModule(interpreter, 'chard_runner.compile_cells', {
      cells: cells.map(({ cell, source }) => ({ cell, source }))
    })
  );
  return answer.cells.flatMap(({ cell, errors }, index) =>
    errors.map(({ message, line, column, end }) =>
      diagnostic('error', 'syntax-error', `Python cannot read this cell: ${message}.`, {
        cell,
        line,
        column,
        end,
        step: cells[index]?.step ?? null
      })
    )
  );
}
