import type { IRouter, JupyterFrontEnd } from '@jupyterlab/application';
import { CommandIds } from '../commands';
import { RUN_LINK, runOfLink, withoutRun } from './link';

/** Opens the run that an address leads to, once JupyterLab has put back what was open before. */
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
      const run = runOfLink(search);
      if (run === null) return;
      router.navigate(`${String(args.path ?? '')}${withoutRun(search)}${String(args.hash ?? '')}`, {
        skipRouting: true
      });
      // Not waited for: what is restored waits for the routes.
      void app.restored.then(() => commands.execute(CommandIds.openRun, { run }));
    }
  });
  router.register({ command: CommandIds.followRunLink, pattern: RUN_LINK });
}
