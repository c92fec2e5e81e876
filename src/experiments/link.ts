const PARAMETER = 'chard-experiment';
const ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/;

/** What an address has that leads to an experiment, for JupyterLab's router. */
export const EXPERIMENT_LINK = /[?&]chard-experiment=/;

/** The address that opens an experiment in the application whose page this is. */
export function linkToExperiment(page: string, experiment: string): string {
  const url = new URL(page);
  url.searchParams.set(PARAMETER, experiment);
  return url.href;
}

/** The experiment that an address's query leads to; null where there is none. */
export function experimentOfLink(search: string): string | null {
  const id = new URLSearchParams(search).get(PARAMETER);
  return id !== null && ID.test(id) ? id : null;
}

/** The query without the experiment, so that reloading the page does not open it again. */
export function withoutExperiment(search: string): string {
  const query = new URLSearchParams(search);
  query.delete(PARAMETER);
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}
