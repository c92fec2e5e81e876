const PARAMETER = 'chard-run';
const ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/;

/** What an address has that leads to a run, for JupyterLab's router. */
export const RUN_LINK = /[?&]chard-run=/;

/** The address that opens a run in the application whose page this is. */
export function linkToRun(page: string, run: string): string {
  const url = new URL(page);
  url.searchParams.set(PARAMETER, run);
  return url.href;
}

/** The run that an address's query leads to; null where it is none. */
export function runOfLink(search: string): string | null {
  const run = new URLSearchParams(search).get(PARAMETER);
  return run !== null && ID.test(run) ? run : null;
}

/** The query without the run, so that reloading the page does not open it again. */
export function withoutRun(search: string): string {
  const query = new URLSearchParams(search);
  query.delete(PARAMETER);
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}
