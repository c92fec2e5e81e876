import { createLocalEngine } from './engine';
import { FAKE_RUNNER, REAL_RUNNER } from './testing/bench';
import { describeEngine } from './testing/contract';

const limits = { parallel: 4, cpu: 4 };

describeEngine('the local engine with the stand-in runner', { isWhole: false }, ({ stores }) =>
  createLocalEngine({ stores, limits, runnerFolder: FAKE_RUNNER })
);
describeEngine('the local engine with the real runner', { isWhole: true }, ({ stores }) =>
  createLocalEngine({ stores, limits, runnerFolder: REAL_RUNNER })
);
