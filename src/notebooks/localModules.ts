import type { ModuleSource } from '@chard/core/protocol/api';
import type { Contents, ServerConnection } from '@jupyterlab/services';
import type { OpenNotebook } from '../tokens';

interface Needs {
  readonly settings: ServerConnection.ISettings;
  readonly contents: Contents.IManager;
}

/**
 * Keeps an open notebook's pipeline told of the modules beside the notebook, so that what is found while typing is what a
 * run will find: when its imports change, when JupyterLab saves a Python file, and when a person comes back to the page.
 */
export function followLocalModules({ panel, pipeline }: OpenNotebook, needs: Needs): void {
  const { settings, contents } = needs;
  let asked = '[]';
  let asking: Promise<void> | null = null;
  let isStale = false;

  const read = async (): Promise<ModuleSource[]> => {
    const names = [...pipeline.imports];
    if (names.length === 0) return [];
    const { askForModules } = await import(/* webpackChunkName: "runs" */ './askForModules');
    const { context } = panel;
    return askForModules(settings, context.contentsModel?.path ?? context.path, names);
  };
  const ask = (): void => {
    if (asking || panel.isDisposed) {
      isStale = true;
      return;
    }
    isStale = false;
    asked = JSON.stringify(pipeline.imports);
    asking = read()
      .then(
        modules => {
          if (!panel.isDisposed) pipeline.setModules(modules);
        },
        // A server that is away says so where runs are shown; what was known of the modules stays until the next time.
        () => undefined
      )
      .finally(() => {
        asking = null;
        if (isStale) ask();
      });
  };
  const onChange = (): void => {
    if (pipeline.isAnnotated && JSON.stringify(pipeline.imports) !== asked) ask();
  };
  const onFile = (_: Contents.IManager, { newValue, oldValue }: Contents.IChangedArgs): void => {
    if ([newValue?.path, oldValue?.path].some(path => path?.endsWith('.py'))) askAgain();
  };
  const askAgain = (): void => {
    if (pipeline.isAnnotated && pipeline.imports.length > 0) ask();
  };

  pipeline.changed.connect(onChange);
  contents.fileChanged.connect(onFile);
  window.addEventListener('focus', askAgain);
  panel.disposed.connect(() => {
    contents.fileChanged.disconnect(onFile);
    window.removeEventListener('focus', askAgain);
  });
  onChange();
}
