import { PageConfig, URLExt } from '@jupyterlab/coreutils';
import { SNAPSHOT_LINKS } from './links';

/** The address at which JupyterLab shows a snapshot, or what differs between two, whichever of Jupyter's applications this is. */
export function labLinkToSnapshots(ids: readonly string[]): string {
  const lab = URLExt.join(PageConfig.getBaseUrl(), 'lab');
  return SNAPSHOT_LINKS.addTo(new URL(lab, window.location.href).href, ids);
}
