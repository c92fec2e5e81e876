import type { Diagnostic } from '../diagnostics';
import {
  NO_SETTINGS,
  effectiveStepSettings,
  effectiveVolumes,
  type AnnotatedNotebook
} from '../notebook';
import type { Analyser, CellCode } from '../python/dataflow';
import { readCells, type PipelineCells } from './cells';
import { checkCells, checkFlow } from './check';
import { fingerprint, parameterMeaning, statementMeaning } from './fingerprint';
import { FlowMemory, analyseFlow, type FlowStep, type NotebookFlow, type StepFlow } from './flow';
import { readMetrics } from './metrics';
import {
  METRICS_STEP,
  PIPELINE_SCHEMA_VERSION,
  type Dependency,
  type Input,
  type Metric,
  type Pipeline,
  type Step,
  type StepSettings
} from './model';
import { ModuleStates } from './module-state';
import { ModuleReach, type LocalModules } from './modules';
import { readParameters, type ParameterReading } from './parameters';
import { prologueSlice } from './prologue';
import { pipelineVolume, securityContext, stepSettings } from './settings';

export interface BuildInput {
  readonly notebook: AnnotatedNotebook;
  /** Keeps what it has read, so that building again after an edit is quick: make one and keep it. */
  readonly analyser: Analyser;
  /** Local modules beside the notebook (`findLocalModules`); they are part of the steps' code. */
  readonly modules: LocalModules;
  /** The pipeline's name where the notebook gives none: its file's name without the ending. */
  readonly name: string;
}

export interface BuildResult {
  /**
   * Null where the notebook has no steps. With an error among the diagnostics it is there to be looked at, not to
   * be run.
   */
  readonly pipeline: Pipeline | null;
  /** Those of the annotations first, then those found here, each in notebook order. */
  readonly diagnostics: Diagnostic[];
}

/** Makes a notebook's pipeline: steps with their order, their data, settings and fingerprints. */
export function buildPipeline(input: BuildInput): BuildResult {
  return new Builder(input).build();
}

const memories = new WeakMap<Analyser, FlowMemory>();

function memoryOf(analyser: Analyser): FlowMemory {
  let memory = memories.get(analyser);
  if (!memory) {
    memory = new FlowMemory();
    memories.set(analyser, memory);
  }
  return memory;
}

class Builder {
  private readonly cells: PipelineCells;
  private readonly parameters: ParameterReading;
  private readonly metrics: { metrics: Metric[]; diagnostics: Diagnostic[] };
  private readonly modules: ModuleReach;
  private readonly flow: NotebookFlow;
  private readonly taken: readonly ReadonlySet<string>[];

  constructor(private readonly input: BuildInput) {
    const { notebook, analyser, modules } = input;
    this.cells = readCells(notebook, analyser);
    this.parameters = readParameters(
      this.cells.prologue.filter(({ kind }) => kind === 'parameters').map(({ code }) => code)
    );
    this.metrics = readMetrics(this.cells.metrics);
    this.modules = new ModuleReach(modules, analyser);
    this.flow = analyseFlow(
      this.cells.prologue.map(({ code }) => code),
      this.flowSteps(),
      this.cells.metrics.length > 0 ? this.cells.metrics : null,
      memoryOf(analyser)
    );
    this.taken = takenNames(this.flow);
  }

  private codeOf(indexes: readonly number[]): CellCode[] {
    return indexes.flatMap(index => this.cells.byIndex.get(index) ?? []);
  }

  private flowSteps(): FlowStep[] {
    const { steps } = this.input.notebook;
    const index = new Map(steps.map((step, position) => [step.name, position]));
    return steps.map(step => ({
      name: step.name,
      cells: this.codeOf(step.cells),
      after: [
        ...step.prev.map(({ step: name }) => name),
        ...step.unmet.flatMap(({ meant }) => meant ?? [])
      ].flatMap(name => index.get(name) ?? [])
    }));
  }

  build(): BuildResult {
    const { notebook } = this.input;
    const found = [
      ...checkCells(this.cells),
      ...this.parameters.diagnostics,
      ...this.metrics.diagnostics,
      ...securityContext(notebook.settings).diagnostics,
      ...checkFlow({
        notebook,
        cells: this.cells,
        flow: this.flow,
        states: new ModuleStates(this.flow, this.input.modules, this.input.analyser),
        parameters: this.parameters.parameters.map(({ name }) => name),
        taken: this.taken
      })
    ];
    const diagnostics = [...notebook.diagnostics, ...found.sort(inNotebookOrder)];
    return { pipeline: notebook.steps.length > 0 ? this.pipeline() : null, diagnostics };
  }

  private pipeline(): Pipeline {
    const { notebook, name } = this.input;
    const { settings } = notebook;
    const prologueUnits = this.cells.prologue.map(({ code }) => code.unit);
    const metricsFlow = this.cells.metrics.length > 0 ? this.flow.steps.at(-1) : undefined;
    return {
      schemaVersion: PIPELINE_SCHEMA_VERSION,
      name: settings.name ?? name,
      description: settings.description,
      experiment: settings.experiment,
      kernel: notebook.notebook.kernelspec?.name ?? null,
      parameters: [...this.parameters.parameters],
      metrics: this.metrics.metrics,
      prologue: this.cells.prologue.map(({ kind, code }) => ({
        cell: code.cell,
        kind,
        source: code.unit.source
      })),
      steps: notebook.steps.map((step, index) =>
        this.step(
          step.name,
          this.flow.steps[index]!,
          this.codeOf(step.cells),
          new Set(step.prev.map(({ step: on }) => on)),
          stepSettings(step.settings)
        )
      ),
      metricsStep: metricsFlow
        ? this.step(
            METRICS_STEP,
            metricsFlow,
            this.cells.metrics,
            null,
            stepSettings(effectiveStepSettings(NO_SETTINGS, settings))
          )
        : null,
      volumes: effectiveVolumes(settings).map(pipelineVolume),
      snapshotVolumes: settings.snapshotVolumes,
      timeoutSeconds: settings.timeoutSeconds,
      securityContext: securityContext(settings).context,
      modules: this.modules.describe(
        this.modules.from([
          ...prologueUnits,
          ...[...this.cells.byIndex.values()].map(({ unit }) => unit)
        ])
      )
    };
  }

  /** `declared`: the steps that tags name; null for the metrics step, which comes after whatever it takes from. */
  private step(
    name: string,
    flow: StepFlow,
    code: readonly CellCode[],
    declared: ReadonlySet<string> | null,
    settings: StepSettings
  ): Step {
    const inputs = [...flow.arrivals.values()].map((arrival): Input => {
      const candidates = arrival.candidates.map(index => this.nameOf(index));
      return { name: arrival.name, from: candidates.at(-1)!, candidates };
    });
    const imports = [...flow.imports].map(([imported, statement]) => ({
      name: imported,
      statement
    }));
    const slice = prologueSlice(this.flow.prologue, flow.prologueNames);
    const units = code.map(({ unit }) => unit);
    const prologueUnits = this.cells.prologue.map(each => each.code.unit);
    const importUnits = imports.map(({ statement }) => this.input.analyser.module(statement));
    const modules = this.modules.describe(
      this.modules.from([...prologueUnits, ...importUnits, ...units])
    );
    const lines = this.parameters.lines;
    const inSlice = this.flow.prologue.statements.filter(statement => slice.has(statement));
    const metrics = name === METRICS_STEP ? this.metrics.metrics : [];
    return {
      name,
      cells: code.map(({ cell }) => cell),
      code: code.map(({ cell, unit }) => ({ cell, source: unit.source })),
      after: this.dependencies(flow, declared, inputs),
      inputs,
      outputs: [...(this.taken[flow.index] ?? [])],
      leaves: this.leaves(flow),
      imports,
      parameters: inSlice.flatMap(({ node }) => lines.get(node) ?? []),
      modules: modules.map(({ path }) => path),
      settings,
      fingerprint: fingerprint({
        prologue: inSlice.map(({ node }) => {
          const parameter = lines.get(node);
          return parameter === undefined ? statementMeaning(node) : parameterMeaning(parameter);
        }),
        imports,
        cells: units,
        metrics,
        modules,
        settings
      })
    };
  }

  /**
   * What the step has at its end and has bound or may have changed. Where it may have done neither and does not take
   * the name, what the prologue has made of it says nothing about the step.
   */
  private leaves(flow: StepFlow): string[] {
    return [...flow.leavings]
      .filter(([name, { deleted, binds, passes }]) => {
        const isPrologues = passes && this.flow.prologue.names.has(name);
        const isTaken = flow.arrivals.has(name) || flow.prologueNames.has(name);
        return !deleted && (isTaken || (binds && !isPrologues));
      })
      .map(([name]) => name);
  }

  private nameOf(index: number): string {
    return this.input.notebook.steps[index]?.name ?? METRICS_STEP;
  }

  private dependencies(
    flow: StepFlow,
    declared: ReadonlySet<string> | null,
    inputs: readonly Input[]
  ): Dependency[] {
    const direct = declared
      ? new Set([...declared, ...[...flow.derived.keys()].map(index => this.nameOf(index))])
      : new Set(inputs.flatMap(({ candidates }) => candidates));
    return this.input.notebook.steps
      .filter(({ name }) => direct.has(name))
      .map(({ name }) => ({
        step: name,
        declared: declared?.has(name) ?? false,
        names: inputs.filter(({ candidates }) => candidates.includes(name)).map(input => input.name)
      }));
  }
}

/** Of each step, the names that steps below take from it. */
function takenNames(flow: NotebookFlow): Set<string>[] {
  const taken = flow.steps.map(() => new Set<string>());
  for (const { arrivals } of flow.steps) {
    for (const { name, candidates } of arrivals.values()) {
      for (const index of candidates) taken[index]?.add(name);
    }
  }
  return taken;
}

function inNotebookOrder(one: Diagnostic, other: Diagnostic): number {
  return (
    (one.cell ?? -1) - (other.cell ?? -1) ||
    (one.line ?? 0) - (other.line ?? 0) ||
    (one.column ?? 0) - (other.column ?? 0)
  );
}
