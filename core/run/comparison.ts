import { METRICS_STEP, type Pipeline, type Step } from '../pipeline/model';
import type { MetricValue } from './events';
import { stepState, type MetricState, type RunState, type StepState } from './state';

/** A run to be compared: how it went, and what it executed. */
export interface ComparedRun {
  readonly state: RunState;
  readonly pipeline: Pipeline;
  /** Distribution name to version, and what else names the environment. */
  readonly environment: Readonly<Record<string, string>>;
}

type Json = RunState['parameters'][string];

/** One thing that the runs have; `undefined` where one has it not. The order is that of the runs. */
export interface ComparedRow<Value> {
  readonly name: string;
  readonly values: readonly (Value | undefined)[];
  readonly differs: boolean;
}

/** Why a step of one run is not that of the first. */
export type Cause =
  | { readonly kind: 'absent' }
  | { readonly kind: 'code' }
  | { readonly kind: 'modules'; readonly paths: readonly string[] }
  | { readonly kind: 'parameter'; readonly name: string }
  | { readonly kind: 'input'; readonly name: string; readonly from: string }
  | { readonly kind: 'environment' }
  | { readonly kind: 'outcome' }
  /** Its code and all that it got are the same, and what it left is not. */
  | { readonly kind: 'unknown' };

export interface ComparedStep {
  readonly name: string;
  readonly states: readonly (StepState | undefined)[];
  /** None where it is the same in all runs. */
  readonly causes: readonly Cause[];
  /** Names that it left with another content. */
  readonly outputs: readonly string[];
}

export interface RunComparison {
  readonly parameters: readonly ComparedRow<Json>[];
  readonly metrics: readonly ComparedRow<MetricState>[];
  readonly steps: readonly ComparedStep[];
  /** What differs of the environments. */
  readonly environment: readonly ComparedRow<string>[];
}

/** Compares runs of one notebook, or of notebooks alike: each with the first. */
export function compareRuns(runs: readonly ComparedRun[]): RunComparison {
  const environment = rows(
    runs.map(run => new Map(Object.entries(run.environment))),
    same
  ).filter(({ differs }) => differs);
  return {
    parameters: rows(
      runs.map(({ state }) => new Map(Object.entries(state.parameters))),
      same
    ),
    metrics: rows(
      runs.map(({ state }) => state.metrics),
      (one, other) => one.last === other.last
    ),
    steps: stepNames(runs).map(name => compareStep(name, runs, environment.length > 0)),
    environment
  };
}

/** The first step that differs for a reason of its own, with that reason; null where all steps are the same. */
export function firstCause({ steps }: RunComparison): { step: string; cause: Cause } | null {
  for (const { name, causes } of steps) {
    const cause = causes.find(({ kind }) => kind !== 'input');
    if (cause) return { step: name, cause };
  }
  return null;
}

/** A metric's values over the runs, where all have a finite one. */
export function finiteValues({ values }: ComparedRow<MetricState>): number[] | null {
  const found = values.map(value => value?.last);
  return found.every(isNumber) ? found : null;
}

function isNumber(value: MetricValue | undefined): value is number {
  return typeof value === 'number';
}

function rows<Value>(
  runs: readonly ReadonlyMap<string, Value>[],
  isSame: (one: Value, other: Value) => boolean
): ComparedRow<Value>[] {
  const names = new Set(runs.flatMap(run => [...run.keys()]));
  return [...names].map(name => {
    const values = runs.map(run => run.get(name));
    const [first] = values;
    const differs = values.some(value =>
      first === undefined || value === undefined ? first !== value : !isSame(first, value)
    );
    return { name, values, differs };
  });
}

/** In the order of the first run; what only later ones have comes where it stands there, the metrics last. */
function stepNames(runs: readonly ComparedRun[]): string[] {
  const names: string[] = [];
  for (const { state } of runs) {
    let at = 0;
    for (const { name } of state.steps) {
      const known = names.indexOf(name);
      if (known >= 0) at = known + 1;
      else names.splice(at++, 0, name);
    }
  }
  return [
    ...names.filter(name => name !== METRICS_STEP),
    ...names.filter(name => name === METRICS_STEP)
  ];
}

function compareStep(
  name: string,
  runs: readonly ComparedRun[],
  isOtherEnvironment: boolean
): ComparedStep {
  const [first, ...others] = runs;
  const states = runs.map(({ state }) => stepState(state, name));
  const outputs = new Set<string>();
  const causes = new Map<string, Cause>();
  for (const other of others) {
    const found = outputsThatDiffer(stepState(first!.state, name), stepState(other.state, name));
    found.forEach(each => outputs.add(each));
    for (const cause of causesOf(name, first!, other, found.length > 0, isOtherEnvironment)) {
      causes.set(JSON.stringify(cause), cause);
    }
  }
  return { name, states, causes: [...causes.values()], outputs: [...outputs] };
}

function causesOf(
  name: string,
  one: ComparedRun,
  other: ComparedRun,
  hasOtherOutputs: boolean,
  isOtherEnvironment: boolean
): Cause[] {
  const [before, now] = [stepOf(one.pipeline, name), stepOf(other.pipeline, name)];
  if (!before || !now) return before === now ? [] : [{ kind: 'absent' }];
  const modules = modulesThatDiffer(one.pipeline, before, other.pipeline, now);
  const causes: Cause[] = [];
  if (modules.length > 0) causes.push({ kind: 'modules', paths: modules });
  // The digests of modules are part of the fingerprint; the cells may be the same.
  const isOtherCode = modules.length === 0 || codeOf(before) !== codeOf(now);
  if (before.fingerprint !== now.fingerprint && isOtherCode) causes.push({ kind: 'code' });
  for (const parameter of new Set([...before.parameters, ...now.parameters])) {
    if (!same(one.state.parameters[parameter], other.state.parameters[parameter])) {
      causes.push({ kind: 'parameter', name: parameter });
    }
  }
  for (const input of now.inputs) {
    const digests = [digestOf(one, before, input.name), digestOf(other, now, input.name)];
    if (digests[0] !== digests[1]) {
      causes.push({ kind: 'input', name: input.name, from: input.from });
    }
  }
  const isOtherOutcome = stepState(one.state, name)?.phase !== stepState(other.state, name)?.phase;
  const isOther = hasOtherOutputs || isOtherOutcome;
  if (causes.length > 0 || !isOther) return causes;
  if (isOtherEnvironment) return [{ kind: 'environment' }];
  return [{ kind: isOtherOutcome ? 'outcome' : 'unknown' }];
}

function stepOf({ steps, metricsStep }: Pipeline, name: string): Step | null {
  return (
    steps.find(step => step.name === name) ?? (metricsStep?.name === name ? metricsStep : null)
  );
}

function modulesThatDiffer(one: Pipeline, before: Step, other: Pipeline, now: Step): string[] {
  const digest = ({ modules }: Pipeline, path: string) =>
    modules.find(module => module.path === path)?.digest;
  return [...new Set([...before.modules, ...now.modules])].filter(
    path => digest(one, path) !== digest(other, path)
  );
}

function codeOf({ code }: Step): string {
  return JSON.stringify(code.map(({ source }) => source));
}

/** Of what a step took under a name, as far as the steps that may have given it have finished. */
function digestOf({ state }: ComparedRun, step: Step, name: string): string | undefined {
  const input = step.inputs.find(each => each.name === name);
  const digests = input?.candidates.map(
    from => stepState(state, from)?.values.find(value => value.name === name)?.digest
  );
  return digests?.join();
}

function outputsThatDiffer(one: StepState | undefined, other: StepState | undefined): string[] {
  const [before, now] = [ownValues(one), ownValues(other)];
  if (one?.phase !== 'succeeded' || other?.phase !== 'succeeded') return [];
  return [...new Set([...before.keys(), ...now.keys()])].filter(
    name => before.get(name) !== now.get(name)
  );
}

function ownValues(step: StepState | undefined): Map<string, string> {
  const own = step?.values.filter(
    ({ name, origin }) => origin === step.name && !name.startsWith('@')
  );
  return new Map(own?.map(({ name, digest }) => [name, digest]));
}

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
