import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { IChardNotebooks, OpenNotebook } from '../tokens';

/** Opens a notebook, or shows it, and resolves once Chard knows it: a moment after JupyterLab shows it. */
export async function openNotebook(
  { commands, shell }: JupyterFrontEnd,
  notebooks: IChardNotebooks,
  path: string
): Promise<OpenNotebook> {
  const find = () => notebooks.all.find(({ panel }) => panel.context.path === path);
  const open = find();
  // JupyterLab shows it only where its file is there, too.
  if (open) shell.activateById(open.panel.id);
  else await commands.execute('docmanager:open', { path });
  const there = find();
  if (there && notebooks.current === there) return there;
  return new Promise(resolve => {
    const look = (): void => {
      const found = find();
      if (!found || notebooks.current !== found) return;
      notebooks.opened.disconnect(look);
      notebooks.currentChanged.disconnect(look);
      resolve(found);
    };
    notebooks.opened.connect(look);
    notebooks.currentChanged.connect(look);
    look();
  });
}
