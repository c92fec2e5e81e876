import { isExperimentOver } from '@chard/core/experiment';
import type { ExperimentItem } from '@chard/core/protocol/api';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Notice } from '../runs/notice';
import { outcomeInWords } from './sentences';

const TYPES: Readonly<Partial<Record<ExperimentItem['state'], Notice['type']>>> = {
  succeeded: 'success',
  failed: 'error',
  interrupted: 'warning',
  stopped: 'warning'
};

/** What is to be said of an experiment: how far it is while it goes on, then what came of it. */
export function experimentNotice(item: ExperimentItem, trans: TranslationBundle): Notice {
  return {
    message: trans.__('%1: %2', item.name, outcomeInWords(item, trans)),
    type: TYPES[item.state] ?? 'in-progress',
    goesOn: !isExperimentOver(item.state)
  };
}
