import { DEFAULT_IGNORES, IGNORE_FILE, ignoreRules, type Ignores } from '@chard/core/snapshot';

/**
 * What is left out when a step's files are looked at.
 *
 * @param rules the text of a `.chardignore`, in the form of a `.gitignore`; empty for none
 * @param paths relative paths that are left out in any case: the notebook, `$CHARD_HOME`
 */
export function stepIgnores(rules: string, paths: ReadonlySet<string>): Ignores {
  const ignores = ignoreRules([`/${IGNORE_FILE}`, ...DEFAULT_IGNORES], rules);
  return (path, isFolder) => paths.has(path) || ignores(path, isFolder);
}
