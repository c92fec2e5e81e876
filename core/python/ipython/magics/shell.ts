import { expandedNames } from '../expansion';
import { concern, meaning } from './meaning';
import type { Meaning } from './meaning';

const INSTALLS =
  /^\s*(?:sudo\s+)?(?:\S*python[\d.]*\s+-m\s+)?(?:pip[\d.]*|conda|mamba|micromamba|uv(?:\s+pip)?)\s+(?:install|uninstall|remove|update|upgrade|add|sync)\b/;
const IN_BACKGROUND = /[^&>|\\]&\s*$/;

/** What `!command` does to the notebook's names and to the run. */
export function shellMeaning(command: string): Meaning {
  const facts = meaning({ mayRead: expandedNames(command) });
  if (INSTALLS.test(command))
    facts.concern = concern(
      'magic-installs-packages',
      'This command changes the packages that all steps use while they run. Install them before the run, or tag the cell skip.'
    );
  else if (IN_BACKGROUND.test(command))
    facts.concern = concern(
      'magic-starts-process',
      'This command starts a process that ends with its step. Start it outside of the pipeline.'
    );
  return facts;
}
