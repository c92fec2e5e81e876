import { ChardError } from '../errors';
import type { Owner } from './model';

export function runUnknown(id: string): ChardError {
  return new ChardError(
    'run-unknown',
    `There is no run ${id} in this store. \`chard runs list\` shows those there are.`,
    { exitCode: 2 }
  );
}

export function runActive(id: string): ChardError {
  return new ChardError(
    'run-active',
    `The run ${id} is still going on. Cancel it first: \`chard runs cancel ${id}\`.`
  );
}

export function runOwned(id: string, owner: Owner): ChardError {
  return new ChardError(
    'run-owned',
    `The run ${id} is being executed by process ${owner.pid}. Wait for it, or cancel it: \`chard runs cancel ${id}\`.`
  );
}

export function leaseLost(id: string): ChardError {
  return new ChardError(
    'lease-lost',
    `The run ${id} was taken over by another process, so this one stops writing to it.`
  );
}
