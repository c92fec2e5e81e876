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
  /** The order from the top: Pipeline 10, Graph 20, Problems 30, Runs 90. */
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
