import type { Pipeline, Step } from '../pipeline';
import type { ExperimentEngine } from './algorithms';

/** What the code of a pipeline says of the metrics that it reports. */
export interface ReportedMetrics {
  /** One number a run each, of the metrics cells. */
  readonly single: readonly string[];
  /** Reported from steps by `chard.log_metric`: curves. */
  readonly logged: readonly string[];
  /** Printed by steps in the form that is read off their output where nothing is logged: curves, on this machine only. */
  readonly printed: readonly string[];
  /** Whether steps also report metrics whose names the code does not spell out. */
  readonly others: boolean;
}

/** `log_metric("name"`, with one string for a name. */
const NAMED = /\blog_metric\s*\(\s*(?:name\s*=\s*)?(["'])((?:(?!\1)[^\\\n])+)\1\s*[,)]/gu;
const ANY = /\blog_metric\b/gu;
const IMPORTED = /^\s*from\s+chard\s+import\b.*$|\bchard\.log_metric\s*$/gmu;
/**
 * `print("name", ...)` or `print(f"name {...}")`, perhaps with `:` or `=` behind the name: what `PrintedMetrics` reads.
 */
const PRINTED =
  /\bprint\s*\(\s*(?:(["'])\s*((?:(?!\1)[^\\\n:={}])*?\S)\s*[:=]?\s*\1\s*,|[fF](["'])\s*((?:(?!\3)[^\\\n:={}])*?\S)\s*[:=]?\s*\{[^{}\n]*\}\s*\3\s*\))/gu;
/** The callbacks report under the names that their library uses. */
const CALLBACK = /\bchard(?:\.|\s+import\b.*\b)(?:keras|lightning|xgboost|lightgbm)\b/u;

/**
 * The metrics that a pipeline reports, as far as its code spells them out.
 *
 * @param modules sources of the local modules that its steps import.
 */
export function reportedMetrics(
  pipeline: Pipeline,
  modules: Iterable<string> = []
): ReportedMetrics {
  const steps: Step[] = [
    ...pipeline.steps,
    ...(pipeline.metricsStep ? [pipeline.metricsStep] : [])
  ];
  const source = [
    ...pipeline.prologue.map(cell => cell.source),
    ...steps.flatMap(({ code }) => code.map(cell => cell.source)),
    ...modules
  ].join('\n');
  const calls = source.replace(IMPORTED, '');
  const logged = [...calls.matchAll(NAMED)].map(([, , name]) => name!);
  const mentions = [...calls.matchAll(ANY)].length;
  const printing = pipeline.steps.flatMap(({ code }) => code.map(cell => cell.source)).join('\n');
  const printed = [...printing.matchAll(PRINTED)].map(
    ([, , plain, , formatted]) => plain ?? formatted!
  );
  return {
    single: pipeline.metrics.map(({ name }) => name),
    logged: [...new Set(logged)],
    printed: [...new Set(printed)],
    others: mentions > logged.length || CALLBACK.test(source)
  };
}

/** The metrics that are read off what steps print: here, and where nothing may be logged under a name that is not seen. */
export function printedCurves(
  { printed, others }: ReportedMetrics,
  engine: ExperimentEngine
): readonly string[] {
  return engine === 'local' && !others ? printed : [];
}
