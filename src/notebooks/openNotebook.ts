import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { ServerConnection } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import { activate } from '../focus/activate';
import type { IChardNotebooks, OpenNotebook } from '../tokens';

/** Opens a notebook, or shows it, and resolves once Chard knows it: a moment after JupyterLab shows it. Throws where it is gone. */
export async function openNotebook(
  { commands, shell }: JupyterFrontEnd,
  notebooks: IChardNotebooks,
  path: string,
  trans: TranslationBundle
): Promise<OpenNotebook> {
  const find = () => notebooks.all.find(({ panel }) => panel.context.path === path);
  try {
    await commands.execute('docmanager:open', { path });
  } catch (error) {
    const open = find();
    if (!open) throw reasonOf(error, path, trans);
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

/** JupyterLab itself says no more than "404 Not Found". */
function reasonOf(error: unknown, path: string, trans: TranslationBundle): unknown {
  const { response } = error as Partial<ServerConnection.ResponseError>;
  if (response?.status !== 404) return error;
  return new Error(
    trans.__('%1 is not there any more: it was deleted, or moved outside of JupyterLab.', path)
  );
}
