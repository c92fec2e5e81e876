import type { IRouter, JupyterFrontEnd } from '@jupyterlab/application';

const ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/;

/** What an address leads to, by a parameter of its query that holds ids. */
export class LinkParameter {
  constructor(readonly name: string) {}

  /** The address of a page with the ids added to its query. */
  addTo(page: string, ids: readonly string[]): string {
    const url = new URL(page);
    for (const id of ids) url.searchParams.append(this.name, id);
    return url.href;
  }

  /** The ids in a query; what is no id is left out. */
  idsIn(search: string): string[] {
    return new URLSearchParams(search).getAll(this.name).filter(id => ID.test(id));
  }

  /** The query without the ids, so that reloading the page does not open them again. */
  without(search: string): string {
    const query = new URLSearchParams(search);
    query.delete(this.name);
    const text = query.toString();
    return text === '' ? '' : `?${text}`;
  }
}

/** Opens what an address leads to, once JupyterLab has put back what was open before. */
export function addLinks(
  app: JupyterFrontEnd,
  router: IRouter,
  command: string,
  parameter: LinkParameter,
  open: (ids: readonly string[]) => Promise<unknown>
): void {
  app.commands.addCommand(command, {
    describedBy: {
      args: {
        type: 'object',
        properties: {
          path: { type: 'string' },
          search: { type: 'string', description: 'The address’s query.' },
          hash: { type: 'string' }
        }
      }
    },
    execute: args => {
      const search = String(args.search ?? '');
      const ids = parameter.idsIn(search);
      if (ids.length === 0) return;
      const address = `${String(args.path ?? '')}${parameter.without(search)}${String(args.hash ?? '')}`;
      router.navigate(address, { skipRouting: true });
      // Not waited for: what is restored waits for the routes.
      void app.restored.then(() => open(ids));
    }
  });
  router.register({ command, pattern: new RegExp(`[?&]${parameter.name}=`) });
}
