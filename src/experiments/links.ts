import type { IRouter, JupyterFrontEnd } from '@jupyterlab/application';
import { CommandIds } from '../commands';
import { EXPERIMENT_LINK, experimentOfLink, withoutExperiment } from './link';

/** Opens the experiment that an address leads to, once JupyterLab has put back what was open before. */
export function addExperimentLinks(app: JupyterFrontEnd, router: IRouter): void {
  const { commands } = app;
  commands.addCommand(CommandIds.followExperimentLink, {
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
      const experiment = experimentOfLink(search);
      if (experiment === null) return;
      const address = `${String(args.path ?? '')}${withoutExperiment(search)}${String(args.hash ?? '')}`;
      router.navigate(address, { skipRouting: true });
      // Not waited for: what is restored waits for the routes.
      void app.restored.then(() => commands.execute(CommandIds.openExperiment, { experiment }));
    }
  });
  router.register({ command: CommandIds.followExperimentLink, pattern: EXPERIMENT_LINK });
}
