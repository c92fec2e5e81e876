import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { ChardError } from './errors';

/** The person's home folder; null where there is none, as for a user of a container that nobody has set up. */
export function homeFolder(): string | null {
  try {
    return homedir();
  } catch {
    // Neither $HOME nor the system's list of users says one.
    return null;
  }
}

/**
 * The folder of all stores: `$CHARD_HOME`, else `chard` below `$XDG_DATA_HOME` (by default `~/.local/share`).
 * @throws ChardError `no-home`.
 */
export function chardHome(environment: NodeJS.ProcessEnv = process.env): string {
  const home = findChardHome(environment);
  if (home === null) {
    throw new ChardError(
      'no-home',
      'There is no place for what Chard keeps: this user has no home folder. Set CHARD_HOME to a folder that can be written.'
    );
  }
  return home;
}

/** As `chardHome`, but null where there is no place. */
export function findChardHome(environment: NodeJS.ProcessEnv = process.env): string | null {
  const { CHARD_HOME, XDG_DATA_HOME } = environment;
  if (CHARD_HOME) {
    return resolve(CHARD_HOME);
  }
  if (XDG_DATA_HOME) {
    return join(XDG_DATA_HOME, 'chard');
  }
  const home = homeFolder();
  return home === null ? null : join(home, '.local', 'share', 'chard');
}
