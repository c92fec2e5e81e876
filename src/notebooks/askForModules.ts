import { findModules, type ModuleSource } from '@chard/core/protocol/api';
import type { ServerConnection } from '@jupyterlab/services';
import { ChardApi } from '../runs/api';

/** The sources of the modules beside a notebook that `names` reach. Apart, since only code that imports something needs the server. */
export async function askForModules(
  settings: ServerConnection.ISettings,
  path: string,
  names: readonly string[]
): Promise<ModuleSource[]> {
  const body = { path, names: [...names] };
  return (await new ChardApi(settings).ask(findModules, { params: {}, query: {}, body })).modules;
}
