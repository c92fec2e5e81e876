import ignore from 'ignore';

/** The file with a person's own rules, at the top of the notebook's folder. */
export const IGNORE_FILE = '.chardignore';

/** Temporary names of files that are being replayed. */
export const TEMPORARY_PREFIX = '.chard-';

/**
 * What never is data of a step: caches, environments, histories, editors' own files. In the form of `.gitignore`, so
 * that a person's rule can take one back (`!.cache/`).
 */
const DEFAULTS = [
  '/.chardignore',
  `${TEMPORARY_PREFIX}*`,
  '.ipynb_checkpoints/',
  // Notebooks that hold a step's state (`openInKernel` in src/runs): looking into a step must not make steps run anew.
  '*.state.ipynb',
  '.virtual_documents/',
  '.jupyter_ystore.db',
  '.venv/',
  'venv/',
  'node_modules/',
  '__pycache__/',
  '*.py[co]',
  '.cache/',
  '.mypy_cache/',
  '.pytest_cache/',
  '.ruff_cache/',
  '.hypothesis/',
  '.tox/',
  '.nox/',
  '.git/',
  '.hg/',
  '.svn/',
  '.dvc/cache/',
  '.idea/',
  '.vscode/',
  '.DS_Store',
  'Thumbs.db',
  '*~',
  '.*.sw[a-p]',
  '.~lock.*#',
  '.nfs*'
];

/** Whether a path of the folder is left out. `isFolder` decides whether rules with a `/` at their end apply. */
export type Ignores = (path: string, isFolder: boolean) => boolean;

/**
 * @param rules the text of a `.chardignore`, in the form of a `.gitignore`; empty for none
 * @param paths relative paths that are left out in any case: the notebook, `$CHARD_HOME`
 */
export function ignoreRules(rules: string, paths: ReadonlySet<string>): Ignores {
  const matcher = ignore({ ignoreCase: false }).add(DEFAULTS).add(rules);
  return (path, isFolder) => paths.has(path) || matcher.ignores(isFolder ? `${path}/` : path);
}
