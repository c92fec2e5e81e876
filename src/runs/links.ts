import type { IRouter, JupyterFrontEnd } from '@jupyterlab/application';
import { CommandIds } from '../commands';
import { RUN_LINK, runsOfLink, withoutRuns } from './link';

/** Opens the run that an address leads to, or compares those that it leads to, once JupyterLab has put back what was open before. */
export function addRunLinks(app: JupyterFrontEnd, router: IRouter): void {
  const { commands } = app;
  commands.addCommand(CommandIds.followRunLink, {
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
      const ids = runsOfLink(search);
      const [run] = ids;
      if (run === undefined) return;
      router.navigate(
        `${String(args.path ?? '')}${withoutRuns(search)}${String(args.hash ?? '')}`,
        {
          skipRouting: true
        }
      );
      // Not waited for: what is restored waits for the routes.
      void app.restored.then(() =>
        ids.length === 1
          ? commands.execute(CommandIds.openRun, { run })
          : commands.execute(CommandIds.compareRuns, { runs: ids })
      );
    }
  });
  router.register({ command: CommandIds.followRunLink, pattern: RUN_LINK });
}
