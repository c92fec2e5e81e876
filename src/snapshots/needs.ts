import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { IChardNotebooks } from '../tokens';
import type { Snapshots } from './snapshots';

/** What commands on snapshots work with. */
export interface SnapshotNeeds {
  readonly app: JupyterFrontEnd;
  readonly notebooks: IChardNotebooks;
  readonly trans: TranslationBundle;
  /** The snapshots, loaded when they are first needed. */
  readonly load: () => Promise<Snapshots>;
  /** Those that are loaded already. */
  readonly loaded: () => Snapshots | null;
}
