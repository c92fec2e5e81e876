const PARAMETER = 'chard-run';
const ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/;

/** What an address has that leads to runs, for JupyterLab's router. */
export const RUN_LINK = /[?&]chard-run=/;

/** The address that opens runs in the application whose page this is: one as a document, several compared. */
export function linkToRuns(page: string, runs: readonly string[]): string {
  const url = new URL(page);
  for (const run of runs) url.searchParams.append(PARAMETER, run);
  return url.href;
}

/** The runs that an address's query leads to; what is no id is left out. */
export function runsOfLink(search: string): string[] {
  return new URLSearchParams(search).getAll(PARAMETER).filter(run => ID.test(run));
}

/** The query without the runs, so that reloading the page does not open them again. */
export function withoutRuns(search: string): string {
  const query = new URLSearchParams(search);
  query.delete(PARAMETER);
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}
