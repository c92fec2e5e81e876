import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IChardStepStatus } from '../tokens';
import { StepStatuses } from './stepStatuses';

export const stepStatusPlugin: JupyterFrontEndPlugin<IChardStepStatus> = {
  id: 'jupyterlab-chard:step-status',
  description: 'Collects what is known of the last run of each step.',
  autoStart: true,
  provides: IChardStepStatus,
  activate: () => new StepStatuses()
};
