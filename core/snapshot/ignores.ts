import ignore, { type Ignore } from 'ignore';
import { candidateNames } from './candidates';

/** The file with a person's own rules, at the top of a folder. */
export const IGNORE_FILE = '.chardignore';

/** Begins the names of files that are being put in their place. */
export const TEMPORARY_PREFIX = '.chard-';

/**
 * What never is data: caches, environments, histories, editors' own files. In the form of `.gitignore`, so that a person's rule
 * can take one back (`!.cache/`).
 */
export const DEFAULT_IGNORES: readonly string[] = [
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

/** Whether a relative path is left out. `isFolder` decides whether rules with a `/` at their end apply. */
export type Ignores = (path: string, isFolder: boolean) => boolean;

/** A matcher remembers every path that it was asked about; it is made anew after so many. */
const REMEMBERED = 20_000;

/** @param rules texts in the form of a `.gitignore`; a later one can take back what an earlier one leaves out. */
export function ignoreRules(...rules: readonly (string | readonly string[])[]): Ignores {
  const make = (): Ignore =>
    rules.reduce<Ignore>((matcher, text) => matcher.add(text), ignore({ ignoreCase: false }));
  const candidates = candidateNames(rules.flat());
  let matcher = make();
  let asked = 0;
  /** A folder of which no part is a candidate: paths come folder by folder. */
  let plainFolder = '';
  return (path, isFolder) => {
    const slash = path.lastIndexOf('/');
    const folder = slash < 0 ? '' : path.slice(0, slash);
    if (folder !== plainFolder && !folder.split('/').some(part => candidates.test(part))) {
      plainFolder = folder;
    }
    if (folder === plainFolder && !candidates.test(path.slice(slash + 1))) return false;
    asked += 1;
    if (asked % REMEMBERED === 0) matcher = make();
    return matcher.ignores(isFolder ? `${path}/` : path);
  };
}
