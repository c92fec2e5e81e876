import type { IEditorLanguageRegistry } from '@jupyterlab/codemirror';
import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { IChardNotebooks } from '../../tokens';
import type { ChardApi } from '../api';
import type { LiveRun } from '../liveRun';

/** What a person can do from a run's document. Each says itself what went wrong. */
export interface RunActions {
  /** Leads to a cell of the run's notebook; with an error, marks its line there. */
  goToCell(run: LiveRun, cell: number, line: number | null): Promise<void>;
  /** Opens a notebook whose kernel holds what the step got. */
  openInKernel(run: LiveRun, step: string): Promise<void>;
  /** Starts a run of the notebook as it is now, from this step on; what stands above is taken from this run. */
  resumeFrom(run: LiveRun, step: string): Promise<void>;
  /** Compares the run with the one before it. */
  compare(run: LiveRun): Promise<void>;
  /** Puts what the run saw into a folder. */
  restore(run: LiveRun): Promise<void>;
  /** Opens its notebook with its data, in a folder of its own. */
  openAsItWas(run: LiveRun): Promise<void>;
  /** Shows a snapshot's files. */
  openSnapshot(id: string): Promise<void>;
  /** Goes on with what did not succeed. */
  retry(run: LiveRun): Promise<void>;
  /** Runs it again on what it saw. */
  runAsItWas(run: LiveRun): Promise<void>;
  openRun(id: string): Promise<void>;
  /** Opens the experiment that a run is a trial of. */
  openExperiment(id: string): Promise<void>;
  /** Puts an address that opens the run into the clipboard. */
  copyLink(run: LiveRun): Promise<void>;
}

/** What the views of a run's document work with. */
export interface RunServices {
  readonly run: LiveRun;
  readonly api: ChardApi;
  readonly notebooks: IChardNotebooks;
  readonly rendermime: IRenderMimeRegistry;
  /** Colours code; null where JupyterLab has no such thing. */
  readonly languages: IEditorLanguageRegistry | null;
  readonly trans: TranslationBundle;
  readonly actions: RunActions;
}
