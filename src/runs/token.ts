import { Token } from '@lumino/coreutils';
import type { Runs } from './runs';

/** The runs of pipelines on this machine. */
export interface IChardRuns {
  /** The code for runs and the connection to the server, from the first one who needs them on. */
  load(): Promise<Runs>;
}

export const IChardRuns = new Token<IChardRuns>(
  'jupyterlab-chard:IChardRuns',
  'The runs of pipelines on this machine, followed live.'
);
