/** The parameter of JupyterLab's address that opens runs: one as a document, several compared. */
const PARAMETER = 'chard-run';

/** What of an address is a link to runs. */
export const RUN_LINK = new RegExp(`[?&]${PARAMETER}=`);

/** The runs that an address (its query, from the `?` on) leads to. */
export function runsOfLink(search: string): string[] {
  return new URLSearchParams(search).getAll(PARAMETER).filter(id => id !== '');
}

/** The address of JupyterLab that opens these runs. `base` is its own, without a query. */
export function linkToRuns(base: string, ids: readonly string[]): string {
  const words = ids.map(id => `${PARAMETER}=${encodeURIComponent(id)}`);
  return `${base}?${words.join('&')}`;
}
