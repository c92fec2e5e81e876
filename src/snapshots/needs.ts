import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { MainAreaWidget, WidgetTracker } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import type { ISignal } from '@lumino/signaling';
import type { Widget } from '@lumino/widgets';
import type { IChardNotebooks } from '../tokens';
import type { Snapshots } from './snapshots';

/** A snapshot as a document, or two: the ids of what it shows. It may come to show others. */
export interface SnapshotWidget extends Widget {
  readonly ids: readonly string[];
  readonly changed?: ISignal<unknown, void>;
}

/** What commands on snapshots work with. */
export interface SnapshotNeeds {
  readonly app: JupyterFrontEnd;
  readonly notebooks: IChardNotebooks;
  readonly trans: TranslationBundle;
  /** Whether the application can show documents beside the notebook. */
  readonly hasRoom: boolean;
  /** The documents that are open. */
  readonly tracker: WidgetTracker<MainAreaWidget<SnapshotWidget>>;
}

/** What a command does. */
export type SnapshotAction = (
  needs: SnapshotNeeds,
  snapshots: Snapshots,
  args: ReadonlyPartialJSONObject
) => Promise<unknown>;
