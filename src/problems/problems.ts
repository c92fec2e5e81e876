import type { Diagnostic, Fix, Severity } from '@chard/core';
import type { NotebookPipeline } from '../notebooks/notebookPipeline';

const ORDER: readonly Severity[] = ['error', 'warning', 'info'];

export type ProblemCounts = Readonly<Record<Severity, number>>;

/** Errors first, then warnings, then notes; each in the order of the notebook. */
export function sortedProblems(pipeline: NotebookPipeline): readonly Diagnostic[] {
  const found = pipeline.findings?.diagnostics ?? [];
  return ORDER.flatMap(severity => found.filter(each => each.severity === severity));
}

export function countProblems(pipeline: NotebookPipeline): ProblemCounts {
  const found = pipeline.findings?.diagnostics ?? [];
  const count = (severity: Severity): number =>
    found.filter(each => each.severity === severity).length;
  return { error: count('error'), warning: count('warning'), info: count('info') };
}

/**
 * Takes a fix of a problem as one step of undo. While something was typed since, the notebook is read again first, and the
 * same fix of the same problem is taken; nothing happens where the problem is gone.
 */
export async function takeFix(
  pipeline: NotebookPipeline,
  problem: Diagnostic,
  fix: Fix
): Promise<boolean> {
  if (pipeline.applyFix(fix)) return true;
  await pipeline.untilCurrent();
  const again = pipeline.findings?.diagnostics
    .find(each => each.code === problem.code && each.message === problem.message)
    ?.fixes.find(({ title }) => title === fix.title);
  return again !== undefined && pipeline.applyFix(again);
}
