import { METRICS_STEP, type Pipeline, type Step } from '../../pipeline/model';
import {
  artifactSpec,
  CLASSIFICATION,
  METRICS,
  REPORT,
  STATE,
  valueKey,
  valueKind,
  type ReportFinder
} from './artifacts';
import { carried, RUNNER_TASK, type Source } from './carriers';
import { OWN_PREFIX, taskName } from './identifiers';
import { executorConfig } from './kubernetes';
import { parameterType } from './parameters';
import { PROGRAM_VERSION, programParameter, type StepProgram } from './program';
import { containerResources } from './resources';
import {
  compact,
  type ArtifactSpec,
  type Container,
  type TaskInputs,
  type TaskParts
} from './spec';
import { claimTasks } from './volumes';

/** Whether the runner comes as an artifact from a root task or lies in the image, where the wheel is installed. */
export type RunnerOrigin = 'artifact' | 'image';

export interface StepContext {
  readonly pipeline: Pipeline;
  /** Of the pipeline, the metrics step last. */
  readonly steps: readonly Step[];
  readonly reports: ReportFinder;
  readonly runner: RunnerOrigin;
  /** Sources of the local modules by path. */
  readonly modules: ReadonlyMap<string, string>;
}

/** The task that a step becomes. */
export function stepTask(name: string): string {
  return name === METRICS_STEP ? `${OWN_PREFIX}metrics` : taskName(name);
}

/** An input artifact of a step: which task emits it and under which key, here and there. */
interface Wire {
  readonly key: string;
  readonly task: string;
  readonly output: string;
}

function wire(step: string, output: string): Wire {
  const task = stepTask(step);
  return { key: `${task}--${output}`, task, output };
}

/** Each input from all steps that may have changed it: which one did is known only when they have run. */
function valueWires(step: Step): Wire[] {
  return step.inputs.flatMap(({ name, candidates }) =>
    candidates.map(candidate => wire(candidate, valueKey(name)))
  );
}

function stateWires(step: Step): Wire[] {
  return step.after.map(dependency => wire(dependency.step, STATE));
}

/**
 * Of each step, what the steps below it take: each set of names once, and of its names only those that may be there when
 * the step ends.
 */
export function namesTakenBelow(
  steps: readonly Step[]
): ReadonlyMap<string, readonly (readonly string[])[]> {
  const places = new Map(steps.map((step, position) => [step.name, { ...step, position }]));
  const firstLeft = new Map<string, number>();
  for (const [position, { outputs, leaves }] of [...steps.entries()].reverse()) {
    for (const name of [...outputs, ...leaves]) firstLeft.set(name, position);
  }
  const below = new Map(steps.map(({ name }) => [name, new Map<string, readonly string[]>()]));
  for (const { after, inputs } of steps) {
    const names = inputs.map(({ name }) => name).sort();
    const waiting = after.map(dependency => dependency.step);
    const seen = new Set(waiting);
    for (const above of waiting) {
      const { position, after: next } = places.get(above)!;
      const there = names.filter(name => (firstLeft.get(name) ?? 0) <= position);
      // What is not there at this step's end is not there at the end of a step above it either.
      if (there.length === 0) continue;
      below.get(above)!.set(there.join(' '), there);
      for (const { step } of next) {
        if (!seen.has(step)) waiting.push(step);
        seen.add(step);
      }
    }
  }
  return new Map([...below].map(([name, sets]) => [name, [...sets.values()]]));
}

/** What the runner is told of a step. */
export function stepProgram(
  { pipeline, modules }: StepContext,
  step: Step,
  position: number,
  below: StepProgram['below']
): StepProgram {
  const used = new Set(step.parameters);
  return {
    version: PROGRAM_VERSION,
    step: step.name,
    position,
    after: step.after.map(dependency => dependency.step),
    cells: step.code,
    imports: step.imports,
    metrics: step.name === METRICS_STEP ? pipeline.metrics : [],
    inputs: step.inputs,
    outputs: step.outputs,
    leaves: step.leaves,
    below,
    parameters: pipeline.parameters
      .filter(({ name }) => used.has(name))
      .map(parameter => programParameter(pipeline, parameter)),
    modules: Object.fromEntries(step.modules.map(path => [path, modules.get(path) ?? ''])),
    secretNames: step.settings.secrets.map(({ env }) => env),
    environment: step.settings.environment,
    timeoutSeconds: step.settings.timeoutSeconds,
    values: valueWires(step).map(({ key }) => key),
    states: stateWires(step).map(({ key }) => key),
    keys: Object.fromEntries(step.outputs.map(name => [name, valueKey(name)]))
  };
}

/** A step with its component, its container, its place in the DAG and its pod's settings. */
export function stepParts(
  context: StepContext,
  step: Step,
  sources: readonly Source[],
  image: string
): TaskParts {
  const { pipeline } = context;
  const { settings } = step;
  const wires = [...valueWires(step), ...stateWires(step)];
  const carriers = [
    ...(context.runner === 'artifact' ? [RUNNER_TASK] : []),
    ...sources.flatMap(source => ('carrier' in source ? [source.carrier] : []))
  ];
  const inputs: NonNullable<TaskInputs['artifacts']> = {};
  for (const { key, task, output } of wires) {
    inputs[key] = { taskOutputArtifact: { outputArtifactKey: output, producerTask: task } };
  }
  for (const task of carriers) inputs[task] = { taskOutputArtifact: carried(task) };
  const used = pipeline.parameters.filter(({ name }) => step.parameters.includes(name));
  return {
    name: stepTask(step.name),
    component: compact({
      inputDefinitions: compact({
        artifacts: Object.fromEntries(
          Object.keys(inputs).map(key => [key, artifactSpec('Artifact')])
        ),
        parameters: Object.fromEntries(
          used.map(parameter => [parameter.name, { parameterType: parameterType(parameter) }])
        )
      }),
      outputDefinitions: { artifacts: outputs(context, step) }
    }),
    container: container(context, step, sources, image),
    task: {
      cachingOptions: settings.cache ? { enableCache: true } : {},
      dependentTasks: dependentTasks(context, step, carriers),
      ...compact({
        inputs: compact({
          artifacts: inputs,
          parameters: Object.fromEntries(
            used.map(({ name }) => [name, { componentInputParameter: name }])
          )
        })
      }),
      ...retryPolicy(step),
      // Where the task's name cannot say the step's; backends before 2.14 look tasks up by it.
      taskInfo: { name: step.name === METRICS_STEP ? stepTask(step.name) : step.name }
    },
    config: executorConfig(pipeline, settings)
  };
}

/** Every declared and derived dependency, those that data does not say as well. */
function dependentTasks(
  { pipeline }: StepContext,
  step: Step,
  carriers: readonly string[]
): string[] {
  const steps = [
    ...step.after.map(dependency => dependency.step),
    ...step.inputs.flatMap(({ candidates }) => candidates)
  ];
  const tasks = [...steps.map(stepTask), ...carriers, ...claimTasks(pipeline.volumes)];
  return [...new Set(tasks)].sort();
}

function outputs({ reports }: StepContext, step: Step): Record<string, ArtifactSpec> {
  const found = reports.of(step);
  return {
    ...Object.fromEntries(
      step.outputs.map(name => [valueKey(name), artifactSpec(valueKind(step, name))])
    ),
    ...(found.metrics && { [METRICS]: artifactSpec('Metrics') }),
    ...(found.classification && { [CLASSIFICATION]: artifactSpec('ClassificationMetrics') }),
    [REPORT]: artifactSpec('HTML'),
    [STATE]: artifactSpec('Artifact')
  };
}

function retryPolicy({ settings: { retries } }: Step): Pick<TaskParts['task'], 'retryPolicy'> {
  if (retries === null || retries.count === 0) return {};
  return {
    retryPolicy: {
      backoffDuration: `${retries.backoffSeconds}s`,
      backoffFactor: retries.backoffFactor,
      backoffMaxDuration: `${retries.maxBackoffSeconds}s`,
      maxRetryCount: retries.count
    }
  };
}

/** The same order of sets and dicts in every step and run. */
const HASH_SEED = { PYTHONHASHSEED: '0' };

const MAIN = 'from chard_runner.kfp.main import main;sys.exit(main()) # kfp.dsl.executor_main';
const FROM_ARTIFACT = `import os,sys;sys.path[:1]=[os.path.realpath(sys.argv.pop(1))];${MAIN}`;
const FROM_IMAGE =
  'import importlib.util as u,os,sys;' +
  `sys.path[:1]=[os.path.join(os.path.dirname(u.find_spec("jupyterlab_chard").origin),"runner")];${MAIN}`;

function container(
  { runner }: StepContext,
  { settings }: Step,
  sources: readonly Source[],
  image: string
): Container {
  const env = { ...HASH_SEED, ...settings.environment };
  const path = (task: string) => `{{$.inputs.artifacts['${task}'].path}}`;
  return compact({
    image,
    command: ['python3', '-c', runner === 'artifact' ? FROM_ARTIFACT : FROM_IMAGE],
    args: [
      ...(runner === 'artifact' ? [path(RUNNER_TASK)] : []),
      '{{$}}',
      ...sources.map(source => ('inline' in source ? source.inline : `@${path(source.carrier)}`))
    ],
    env: Object.entries(env)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, value]) => ({ name, value })),
    resources: containerResources(settings)
  });
}
