import { utf8ToBytes } from '@noble/hashes/utils';
import { diagnostic, hasErrors, type Diagnostic } from '../../diagnostics';
import { METRICS_STEP, type Pipeline, type Step } from '../../pipeline/model';
import type { LocalModules } from '../../pipeline/modules';
import type { Analyser } from '../../python/dataflow';
import { ReportFinder } from './artifacts';
import { LIMITS, placePrograms, runnerTask, type Placement } from './carriers';
import { checkSteps, checkVolumes, neededBackend } from './check';
import { taskName } from './identifiers';
import { rootParameters } from './parameters';
import { printPipeline } from './print';
import { PROGRAM_VERSION, type CommonProgram } from './program';
import { checkRelativePaths } from './relative-paths';
import { compact, type PipelineSpec, type PlatformSpec, type TaskParts } from './spec';
import type { StrictCheck } from './strict';
import {
  namesTakenBelow,
  stepParts,
  stepProgram,
  type RunnerOrigin,
  type StepContext
} from './steps';
import { createClaims, mountedFolder } from './volumes';

/** What steps run in whose notebook names no image: it has Python, NumPy, pandas and scikit-learn. */
export const DEFAULT_IMAGE = 'quay.io/jupyter/scipy-notebook:python-3.12';

const IR_VERSION = '2.1.0';

export interface CompileInput {
  /** Without errors among its diagnostics. */
  readonly pipeline: Pipeline;
  readonly analyser: Analyser;
  /** Sources of the local modules that the pipeline reaches. */
  readonly modules: LocalModules;
  /** The notebook's file name. */
  readonly notebook: string;
  /** Absolute path of the notebook's folder; null where the notebook is no file. */
  readonly folder: string | null;
  /** Whether a file lies at this path relative to the notebook's folder. */
  readonly isBesideNotebook: (path: string) => boolean;
  readonly runner: RunnerOrigin;
  /** From `packRunner`; not used where the runner lies in the image. */
  readonly packedRunner: string;
  /** Of steps that name none themselves. */
  readonly image: string | null;
  readonly strict: StrictCheck;
  /** Chard's own version, for the record. */
  readonly version: string;
  /** Whether steps that report metrics always run: who follows a run by what its pods print has nothing of reused ones. */
  readonly freshReports?: boolean;
}

export interface Compiled {
  readonly pipeline: PipelineSpec;
  /** Null where nothing is asked of Kubernetes that the pipeline itself does not say. */
  readonly platform: PlatformSpec | null;
  /** Both as one YAML file. */
  readonly text: string;
}

export interface CompileResult {
  /** Null where the diagnostics hold an error. */
  readonly compiled: Compiled | null;
  readonly diagnostics: Diagnostic[];
}

/**
 * Compiles a pipeline to Kubeflow Pipelines v2: the IR and, where the steps need it, the platform spec. Pure: the same
 * input gives the same bytes.
 *
 * @throws Error what was compiled is not what KFP's messages say: a fault of the compiler.
 */
export function compileToKfp(input: CompileInput): CompileResult {
  const { pipeline } = input;
  const steps = pipeline.metricsStep ? [...pipeline.steps, pipeline.metricsStep] : pipeline.steps;
  const directory = mountedFolder(pipeline.volumes, input.folder);
  const { parameters, diagnostics: parameterProblems } = rootParameters(pipeline);
  const diagnostics = [
    ...parameterProblems,
    ...checkSteps(steps),
    ...checkVolumes(pipeline),
    ...missingImages(steps, input.image),
    ...neededBackend(pipeline),
    ...(directory === null
      ? checkRelativePaths(pipeline, steps, input.analyser, input.isBesideNotebook)
      : [])
  ];
  if (hasErrors(diagnostics)) return { compiled: null, diagnostics };
  const { placement, parts, ofSteps } = taskParts(input, steps, directory);
  diagnostics.push(
    ...tooLarge(placement, steps),
    ...containersTooLarge(placement, steps, ofSteps),
    ...wholeTooLarge(placement)
  );
  if (hasErrors(diagnostics)) return { compiled: null, diagnostics };
  const spec: PipelineSpec = {
    components: Object.fromEntries(
      parts.map(({ name, component }) => [
        `comp-${name}`,
        { executorLabel: `exec-${name}`, ...component }
      ])
    ),
    deploymentSpec: {
      executors: Object.fromEntries(
        parts.map(({ name, container }) => [`exec-${name}`, { container }])
      )
    },
    pipelineInfo: compact({
      name: taskName(pipeline.name),
      displayName: pipeline.name,
      description: pipeline.description || undefined
    }),
    root: {
      dag: {
        tasks: Object.fromEntries(
          parts.map(({ name, task }) => [name, { ...task, componentRef: { name: `comp-${name}` } }])
        )
      },
      ...(pipeline.parameters.length > 0 && { inputDefinitions: { parameters } })
    },
    schemaVersion: IR_VERSION,
    sdkVersion: `chard-${input.version}`
  };
  const platform = platformSpec(pipeline, parts);
  const text = printPipeline(spec, platform);
  diagnostics.push(...largerThanAnObject(text, spec));
  if (hasErrors(diagnostics)) return { compiled: null, diagnostics };
  input.strict.check(spec, platform);
  return { compiled: { pipeline: spec, platform, text }, diagnostics };
}

function taskParts(
  input: CompileInput,
  steps: readonly Step[],
  directory: string | null
): { placement: Placement; parts: TaskParts[]; ofSteps: TaskParts[] } {
  const { pipeline, runner, packedRunner } = input;
  const sources = new Map([...input.modules.values()].map(({ path, source }) => [path, source]));
  const context: StepContext = {
    pipeline,
    steps,
    reports: new ReportFinder(pipeline, sources.values()),
    runner,
    modules: sources
  };
  const common: CommonProgram = {
    version: PROGRAM_VERSION,
    pipeline: pipeline.name,
    notebook: input.notebook,
    directory,
    prologue: pipeline.prologue
  };
  const imageOf = (step: Step) => step.settings.image ?? input.image ?? DEFAULT_IMAGE;
  const image = imageOf(steps[0]!);
  const below = namesTakenBelow(steps);
  const programs = steps.map((step, position) =>
    stepProgram(context, step, position, below.get(step.name) ?? [])
  );
  const placement = placePrograms(common, programs, image);
  const ofSteps = steps.map(step => {
    const sources = placement.sources.get(step.name) ?? [];
    const stepTask = stepParts(context, step, sources, imageOf(step));
    const isFresh = input.freshReports === true && context.reports.of(step).metrics;
    return isFresh ? withoutCache(stepTask) : stepTask;
  });
  const parts = [
    ...(runner === 'artifact' ? [runnerTask(packedRunner, image)] : []),
    ...placement.carriers,
    ...createClaims(pipeline),
    ...ofSteps
  ];
  return { placement, parts, ofSteps };
}

function withoutCache(parts: TaskParts): TaskParts {
  return { ...parts, task: { ...parts.task, cachingOptions: {} } };
}

function platformSpec(
  { timeoutSeconds }: Pipeline,
  parts: readonly TaskParts[]
): PlatformSpec | null {
  const configured = parts.filter(({ config }) => Object.keys(config).length > 0);
  if (configured.length === 0 && timeoutSeconds === null) return null;
  return {
    platforms: {
      kubernetes: {
        deploymentSpec: {
          executors: Object.fromEntries(
            configured.map(({ name, config }) => [`exec-${name}`, config])
          )
        },
        ...(timeoutSeconds !== null && {
          pipelineConfig: { activeDeadlineSeconds: Math.ceil(timeoutSeconds) }
        })
      }
    }
  };
}

function missingImages(steps: readonly Step[], image: string | null): Diagnostic[] {
  const without = steps.filter(({ settings }) => settings.image === null);
  if (image !== null || without.length === 0) return [];
  return [
    diagnostic(
      'warning',
      'no-image',
      `${without.length === steps.length ? 'The notebook names no image' : 'Some steps have no image'}: "${DEFAULT_IMAGE}" is ` +
        "taken, which may lack packages that the cells import. Set the notebook's image (base_image), or give --image."
    )
  ];
}

function tooLarge({ tooLarge: found }: Placement, steps: readonly Step[]): Diagnostic[] {
  return steps.flatMap(step => {
    const size = found.get(step.name);
    if (size === undefined) return [];
    const cells = [...step.code].sort((one, other) => other.source.length - one.source.length);
    return [
      diagnostic(
        'error',
        'step-too-large',
        `The code of the step "${step.name}" with the prologue and the local modules is ${kilobytes(size)} compressed; a step ` +
          `may have ${kilobytes(LIMITS.carrier)}. Its largest cell is this one: move the data out of it into a file on a ` +
          'volume or in a bucket.',
        step.name === METRICS_STEP
          ? { cell: cells[0]?.cell ?? null }
          : { cell: cells[0]?.cell ?? null, step: step.name }
      )
    ];
  });
}

/** Bytes that one argument of a process may have on Linux: KFP's driver passes a container as one. */
const MAX_ARGUMENT_BYTES = 131_071;

/** A program is placed so that it fits; what else a container holds is mostly its environment. */
function containersTooLarge(
  { tooLarge: known }: Placement,
  steps: readonly Step[],
  ofSteps: readonly TaskParts[]
): Diagnostic[] {
  return steps.flatMap((step, index) => {
    const bytes = utf8ToBytes(JSON.stringify(ofSteps[index]!.container)).length;
    if (bytes <= MAX_ARGUMENT_BYTES || known.has(step.name)) return [];
    const cell = step.code[0]?.cell ?? null;
    return [
      diagnostic(
        'error',
        'step-too-large',
        `The container of the step "${step.name}" has ${kilobytes(bytes)}; Kubeflow Pipelines passes on at most ` +
          `${kilobytes(MAX_ARGUMENT_BYTES)}. Its environment variables take ` +
          `${kilobytes(JSON.stringify(step.settings.environment).length)}: put what is long into a file on a volume.`,
        step.name === METRICS_STEP ? { cell } : { cell, step: step.name }
      )
    ];
  });
}

function wholeTooLarge({ total }: Placement): Diagnostic[] {
  if (total <= LIMITS.whole) return [];
  return [
    diagnostic(
      'error',
      'pipeline-too-large',
      `The code of all steps together is ${kilobytes(total)} compressed; a pipeline may have ${kilobytes(LIMITS.whole)}. Move ` +
        'data out of the cells into files on a volume or in a bucket, or long code into a package of the image.'
    )
  ];
}

/** What etcd takes in one request, so that no object of Kubernetes is larger. */
const MAX_OBJECT_BYTES = 1536 * 1024;

function largerThanAnObject(text: string, spec: PipelineSpec): Diagnostic[] {
  // YAML is never shorter than JSON, in which the cluster keeps it.
  if (text.length <= MAX_OBJECT_BYTES) return [];
  const bytes = utf8ToBytes(JSON.stringify(spec)).length;
  if (bytes <= MAX_OBJECT_BYTES) return [];
  return [
    diagnostic(
      'error',
      'pipeline-too-large',
      `The pipeline with its ${Object.keys(spec.root.dag.tasks).length} tasks has ${kilobytes(bytes)}; Kubernetes keeps at most ` +
        `${kilobytes(MAX_OBJECT_BYTES)} in one object. Put steps together, or shorten its description.`
    )
  ];
}

function kilobytes(bytes: number): string {
  return `${Math.ceil(bytes / 1024)} KiB`;
}
