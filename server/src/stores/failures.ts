import { ChardError } from '../errors';
import type { Owner, TrialOfRun } from './model';

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

export function experimentUnknown(id: string): ChardError {
  return new ChardError(
    'experiment-unknown',
    `There is no experiment ${id} in this store. \`chard experiments list\` shows those there are.`,
    { exitCode: 2 }
  );
}

export function experimentExists(id: string): ChardError {
  return new ChardError('experiment-exists', `There is already an experiment ${id} in this store.`);
}

export function experimentNameTaken(name: string): ChardError {
  return new ChardError(
    'experiment-name-taken',
    `There is already an experiment called "${name}" on this notebook. Give this one another name, or delete the other.`,
    { exitCode: 2 }
  );
}

export function experimentActive(id: string): ChardError {
  return new ChardError(
    'experiment-active',
    `The experiment ${id} is still going on. Stop it first: \`chard experiments stop ${id}\`.`
  );
}

export function experimentOwned(id: string, owner: Owner): ChardError {
  return new ChardError(
    'experiment-owned',
    `The experiment ${id} is being run by process ${owner.pid}. Wait for it, or stop it: \`chard experiments stop ${id}\`.`
  );
}

export function experimentLeaseLost(id: string): ChardError {
  return new ChardError(
    'lease-lost',
    `The experiment ${id} was taken over by another process, so this one stops writing to it.`
  );
}

export function trialHasRun({ experiment, number }: TrialOfRun): ChardError {
  return new ChardError(
    'trial-has-run',
    `There is already a run of trial ${number} of the experiment ${experiment}.`
  );
}
