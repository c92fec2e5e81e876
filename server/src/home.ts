import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** The folder of all stores: `$CHARD_HOME`, else `chard` below `$XDG_DATA_HOME` (by default `~/.local/share`). */
export function chardHome(environment: NodeJS.ProcessEnv = process.env): string {
  const { CHARD_HOME, XDG_DATA_HOME } = environment;
  if (CHARD_HOME) {
    return resolve(CHARD_HOME);
  }
  return join(XDG_DATA_HOME || join(homedir(), '.local', 'share'), 'chard');
}
