import type { NotebookPanel } from '@jupyterlab/notebook';
import type { LabIcon } from '@jupyterlab/ui-components';
import { Token } from '@lumino/coreutils';
import type { IDisposable } from '@lumino/disposable';
import type { ISignal } from '@lumino/signaling';
import type { ComponentType } from 'react';
import type { GraphLayout, GraphShape } from './notebooks/messages';
import type { NotebookPipeline } from './notebooks/notebookPipeline';

/** A notebook that is open, with its pipeline. */
export interface OpenNotebook {
  readonly panel: NotebookPanel;
  readonly pipeline: NotebookPipeline;
}

/** The open notebooks as pipelines. */
export interface IChardNotebooks {
  /** The active notebook; null where none is open or it is still loading. */
  readonly current: OpenNotebook | null;
  readonly currentChanged: ISignal<IChardNotebooks, OpenNotebook | null>;
  /** Once for each notebook, when it has loaded. */
  readonly opened: ISignal<IChardNotebooks, OpenNotebook>;
  /** Those that are open now. */
  readonly all: readonly OpenNotebook[];
  /** Lays a graph out, off the main thread. */
  layOut(graph: GraphShape): Promise<GraphLayout>;
}

export const IChardNotebooks = new Token<IChardNotebooks>(
  'jupyterlab-chard:IChardNotebooks',
  'The open notebooks as pipelines: annotations, analysis, edits.'
);

/** A section of Chard's side panel. What nobody adds does not show. */
export interface PanelSection {
  readonly id: string;
  readonly title: string;
  /** The order from the top: Pipeline 10, Graph 20, Problems 30, Volumes 40, Tuning 50, Runs 90,
   * Snapshots 95. */
  readonly rank: number;
  /** What the section shows; loaded when the panel is first opened. */
  load(): Promise<ComponentType<OpenNotebook>>;
  /** A few words at the right of the title; they stay when the section is closed. */
  readonly summary?: ComponentType<OpenNotebook>;
  /** Closed until a person opens it, or until this says that it should open itself. */
  readonly startsClosed?: boolean;
  opensItself?(notebook: OpenNotebook): boolean;
}

/** The side panel, for features that add to it. */
export interface IChardPanel {
  addSection(section: PanelSection): IDisposable;
  /** A row above the sections, for what a person does with the pipeline. */
  addHeader(header: {
    readonly rank: number;
    readonly component: ComponentType<OpenNotebook>;
  }): IDisposable;
  /** Shows the panel, and opens and shows the section. */
  reveal(section?: string): void;
}

export const IChardPanel = new Token<IChardPanel>(
  'jupyterlab-chard:IChardPanel',
  "Chard's side panel: sections and what stands above them."
);

/** What is said at the right end of a step's line and in its node: the last run's state and time. */
export interface StepStatus {
  readonly icon: LabIcon;
  readonly text: string;
  /** For a node of the graph, where there is room for a word. */
  readonly short?: string;
  readonly tone: 'ok' | 'running' | 'failed' | 'quiet';
}

/** Where the states of steps come from; the first provider that knows a step says it. */
export interface IChardStepStatus {
  provide(of: (notebook: OpenNotebook, step: string) => StepStatus | null): IDisposable;
  statusOf(notebook: OpenNotebook, step: string): StepStatus | null;
  /** Tells all views that what a provider says has changed. */
  notify(): void;
  readonly changed: ISignal<IChardStepStatus, void>;
}

export const IChardStepStatus = new Token<IChardStepStatus>(
  'jupyterlab-chard:IChardStepStatus',
  'What is known of the last run of each step, shown at its cell and in the graph.'
);

/** How a run is made: what is left out is as the settings and the notebook say. */
export interface LaunchOptions {
  /** Run this step and those below it, or this one alone; the rest is taken from earlier results. */
  readonly from?: string;
  readonly only?: string;
  /** Whether earlier results may stand for steps. */
  readonly cache?: boolean;
  /** At most so many steps side by side. */
  readonly parallel?: number;
  /** Whether a snapshot is taken first; a notebook that says it itself goes before settings. */
  readonly snapshot?: boolean;
  /** Bytes up to which files are copied to make a place for the steps. */
  readonly copyLimit?: number;
  /** Values by the parameters' names, as JSON holds them; the others keep their defaults. */
  readonly parameters?: Readonly<Record<string, unknown>>;
}

/** What is under way: from the press of a button to what came of it. */
export interface LaunchContext {
  readonly notebook: OpenNotebook;
  /** The id of the target. */
  readonly target: string;
  readonly options: LaunchOptions;
  /** Aborts when the person cancels. */
  readonly signal: AbortSignal;
  /** What earlier stages leave for later ones, by name: `compiled`, `snapshot`, `run`. */
  readonly results: Map<string, unknown>;
  /** Says how far the stage is, in a few words. */
  progress(text: string): void;
}

/** Something to do about a failure. */
export interface LaunchAdvice {
  readonly label: string;
  execute(): void;
}

/** A stage's failure that a person can do something about. */
export class LaunchFailure extends Error {
  constructor(
    message: string,
    readonly advice: readonly LaunchAdvice[] = [],
    /** The panel's section that tells more. */
    readonly section?: string
  ) {
    super(message);
  }
}

/** One stage on the way to a run. */
export interface LaunchStage {
  readonly id: string;
  /** What is to be done, in a word: `Check`. */
  readonly label: string;
  /** Their order: save 10, validate 20, compile 30, snapshot 60, start 90. */
  readonly rank: number;
  /** The targets that it is a stage of; without it, all. */
  readonly targets?: readonly string[];
  /** @returns what was done, in a few words: `Checked, 1 warning`. @throws LaunchFailure, or any error. */
  run(context: LaunchContext): Promise<string>;
}

/** Where a pipeline can be brought. */
export interface LaunchTarget {
  readonly id: string;
  /** `This machine`. */
  readonly label: string;
  readonly rank: number;
  /** What the button says: `Compile and run`. */
  readonly action: string;
  readonly caption: string;
  /** Whether it can run a part of a pipeline, from a step or one step alone. */
  readonly runsParts?: boolean;
  /** Stands for another target while a notebook is so: it is not chosen by itself. */
  readonly insteadOf?: {
    readonly target: string;
    readonly when: (notebook: OpenNotebook) => boolean;
  };
  /** Shown behind the stages once all are through: what goes on. */
  readonly outcome?: ComponentType<{ readonly results: ReadonlyMap<string, unknown> }>;
}

/** The stages and targets of runs, for features that add to them. What nobody adds does not show. */
export interface IChardLaunch {
  addStage(stage: LaunchStage): IDisposable;
  addTarget(target: LaunchTarget): IDisposable;
  /** Those to choose from, by rank. */
  readonly targets: readonly LaunchTarget[];
  /** The one that is chosen; null while there is none. */
  readonly target: LaunchTarget | null;
  /** The one that the button uses for a notebook: the chosen one, or what stands for it. */
  targetOf(notebook: OpenNotebook): LaunchTarget | null;
  chooseTarget(id: string): void;
  /** When stages or targets are others, or another target is chosen. */
  readonly changed: ISignal<IChardLaunch, void>;
}

export const IChardLaunch = new Token<IChardLaunch>(
  'jupyterlab-chard:IChardLaunch',
  'The stages of a run and the targets that it can have.'
);
