import type { JupyterFrontEnd } from '@jupyterlab/application';
import { activate } from '../focus/activate';
import type { IChardNotebooks, OpenNotebook } from '../tokens';

/** Opens a notebook, or shows it, and resolves once Chard knows it: a moment after JupyterLab shows it. */
export async function openNotebook(
  { commands, shell }: JupyterFrontEnd,
  notebooks: IChardNotebooks,
  path: string
): Promise<OpenNotebook> {
  const find = () => notebooks.all.find(({ panel }) => panel.context.path === path);
  try {
    await commands.execute('docmanager:open', { path });
  } catch (error) {
    const open = find();
    if (!open) throw error;
    // JupyterLab shows no tab whose file is gone.
    activate(shell, open.panel);
  }
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
