import { z } from 'zod';
import { Diagnostic, type Severity } from '../diagnostics';
import type { ExperimentSpec } from './model';

/** Where in an `ExperimentSpec` something stands: `['parameters', 0, 'step']`. */
export const FieldPath = z.array(z.union([z.string(), z.int()]));
export type FieldPath = z.infer<typeof FieldPath>;

/** A repair: the fields of the experiment that it sets. */
export interface ExperimentFix {
  readonly title: string;
  readonly change: Partial<ExperimentSpec>;
}

/** Something that makes no sense in an experiment, at its field. */
export interface ExperimentProblem {
  readonly severity: Severity;
  readonly code: string;
  readonly message: string;
  readonly field: FieldPath;
  readonly fixes: readonly ExperimentFix[];
}

/** A diagnostic that stands at a field of the notebook's experiment. */
export const ExperimentDiagnostic = Diagnostic.extend({ field: FieldPath });
export type ExperimentDiagnostic = z.infer<typeof ExperimentDiagnostic>;

export function problem(
  severity: Severity,
  code: string,
  field: FieldPath,
  message: string,
  fixes: readonly (ExperimentFix | null)[] = []
): ExperimentProblem {
  return { severity, code, message, field, fixes: fixes.filter(fix => fix !== null) };
}
