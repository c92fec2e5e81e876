import { PageConfig, URLExt } from '@jupyterlab/coreutils';
import { RUN_LINKS } from './links';

/** The address at which JupyterLab shows runs, whichever of Jupyter's applications this is. */
export function labLinkToRuns(runs: readonly string[]): string {
  const lab = URLExt.join(PageConfig.getBaseUrl(), 'lab');
  return RUN_LINKS.addTo(new URL(lab, window.location.href).href, runs);
}

/** Shows runs in JupyterLab, in a tab of their own: for an application that has no room for further documents. */
export function openRunsInLab(runs: readonly string[]): void {
  window.open(labLinkToRuns(runs), '_blank', 'noopener');
}
