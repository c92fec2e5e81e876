import {
  besidesUnread,
  checkExperiment,
  editsToSetExperiment,
  experimentDiagnostics,
  freeName,
  proposeExperiment,
  readExperiment,
  reportedMetrics,
  withParameterTypes,
  type ExperimentDiagnostic,
  type ExperimentField,
  type ExperimentSpec,
  type ReportedMetrics
} from '@chard/core/experiment';
import type { NotebookEdit } from '@chard/core';
import { editsToSetPipeline } from '@chard/core/notebook';
import type { NotebookPipeline } from '../../notebooks/notebookPipeline';

/** What is known beside the notebook. */
export interface TuningSurroundings {
  /** Names that its other experiments have. */
  readonly takenNames: readonly string[];
  /** Metrics that its runs have reported. */
  readonly seenMetrics: readonly string[];
}

/** A notebook's experiment as the form shows it. */
export interface Tuning {
  /** Whether it is tuned at all. */
  readonly isOn: boolean;
  /** What is started next, under a name that no other experiment has. */
  readonly spec: ExperimentSpec;
  /** The name that the notebook says; an experiment may have it already, this notebook's last one above all. */
  readonly name: string;
  /** The fields that the notebook says. */
  readonly said: ReadonlySet<ExperimentField>;
  /** All that is wrong with it, at its fields. */
  readonly problems: readonly ExperimentDiagnostic[];
  /** Null while the code is not known. */
  readonly reported: ReportedMetrics | null;
}

/** Reads a notebook's experiment. Its name is counted up where there is an experiment of that name, as `chard tune` does it. */
export function tuningOf(
  { annotated, findings, name: fallback }: NotebookPipeline,
  { takenNames, seenMetrics }: TuningSurroundings
): Tuning {
  const { notebook, settings } = annotated;
  const pipeline = findings?.pipeline ?? null;
  const reading = readExperiment(notebook, settings.name ?? fallback);
  const typed = pipeline ? withParameterTypes(reading.spec, pipeline) : reading.spec;
  const { name } = typed;
  const spec = name.trim() === '' ? typed : { ...typed, name: freeName(name, takenNames) };
  const problems = checkExperiment(spec, { engine: 'local', pipeline, takenNames, seenMetrics });
  // At the top: the form shows the defaults of what cannot be read, and may have no row for it.
  const unread = reading.diagnostics.map(item => ({ ...item, field: [] }));
  return {
    isOn: settings.katibRun,
    spec,
    name,
    said: reading.said,
    problems: [...unread, ...experimentDiagnostics(notebook, besidesUnread(problems, reading))],
    reported: pipeline ? reportedMetrics(pipeline) : null
  };
}

/** The first thing that keeps the experiment from starting; undefined where nothing does. */
export function firstFault({ problems }: Tuning): ExperimentDiagnostic | undefined {
  return problems.find(({ severity }) => severity === 'error');
}

/** The metrics that an objective can be chosen from: reported first, then seen in runs. */
export function knownMetrics(tuning: Tuning, { seenMetrics }: TuningSurroundings): string[] {
  const { reported, spec } = tuning;
  const { metric } = spec.objective;
  return [
    ...new Set([
      ...(reported?.single ?? []),
      ...(reported?.logged ?? []),
      ...seenMetrics,
      ...(metric === '' ? [] : [metric])
    ])
  ];
}

/** The edits that switch tuning on or off. What the notebook does not say when it is switched on is proposed. */
export function editsToSwitch(
  pipeline: NotebookPipeline,
  on: boolean,
  surroundings: TuningSurroundings
): NotebookEdit[] {
  const { notebook } = pipeline.annotated;
  const edits = editsToSetPipeline(notebook, 'katibRun', on);
  const found = pipeline.findings?.pipeline;
  if (!on || !found) return edits;
  const tuning = tuningOf(pipeline, surroundings);
  const metrics = knownMetrics(tuning, surroundings);
  const { parameters, objective } = proposeExperiment(found, metrics, tuning.spec.name);
  const proposed: Partial<ExperimentSpec> = {
    ...(!tuning.said.has('parameters') && { parameters }),
    ...(!tuning.said.has('objective') && { objective })
  };
  return [...edits, ...editsToSetExperiment(notebook, proposed)];
}
