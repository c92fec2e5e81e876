import type { JupyterFrontEnd } from '@jupyterlab/application';
import { MainAreaWidget, Notification } from '@jupyterlab/apputils';
import { CodeViewerWidget, type IEditorServices } from '@jupyterlab/codeeditor';
import { PathExt } from '@jupyterlab/coreutils';
import type { CompiledFile } from '@chard/core/protocol/api';
import type { TranslationBundle } from '@jupyterlab/translation';
import { copyIcon, saveIcon, ToolbarButton } from '@jupyterlab/ui-components';
import { Widget } from '@lumino/widgets';
import { activate } from '../focus/activate';
import { chardIcon } from '../icons';
import { saveText } from './saveFile';
import '../views';

export interface CompiledOptions {
  readonly app: JupyterFrontEnd;
  readonly editors: IEditorServices;
  readonly trans: TranslationBundle;
  /** The notebook that it was made from. */
  readonly notebook: string;
  readonly file: CompiledFile;
}

let count = 0;

/** Shows what was compiled, in the main area: to be read, copied and saved. */
export function showCompiled({ app, editors, trans, notebook, file }: CompiledOptions): void {
  const viewer = CodeViewerWidget.createCodeViewer({
    factory: options =>
      editors.factoryService.newDocumentEditor({
        ...options,
        config: { ...options.config, lineNumbers: true, readOnly: true }
      }),
    content: file.text,
    mimeType: file.mediaType === 'application/yaml' ? 'text/x-yaml' : file.mediaType
  });
  viewer.addClass('jp-chard-Compiled');
  const widget = new MainAreaWidget({ content: viewer });
  widget.id = `chard-compiled-${++count}`;
  widget.title.label = file.name;
  widget.title.caption = trans.__('%1, compiled from %2: not saved', file.name, notebook);
  widget.title.icon = chardIcon;
  widget.title.closable = true;
  const note = new Widget();
  note.addClass('jp-chard-Compiled-note');
  const say = (text: string): void => void (note.node.textContent = text);
  say(trans.__('Compiled from %1, not saved', PathExt.basename(notebook)));
  const save = async (): Promise<void> => {
    const { contents } = app.serviceManager;
    const target = { folder: PathExt.dirname(notebook), name: file.name, text: file.text };
    const path = await saveText(contents, target, trans);
    if (path !== null) say(trans.__('Saved as %1', path));
  };
  widget.toolbar.addItem(
    'save',
    new ToolbarButton({
      icon: saveIcon,
      label: trans.__('Save beside the notebook'),
      onClick: () => {
        save().catch((error: Error) => Notification.error(error.message, { autoClose: false }));
      }
    })
  );
  widget.toolbar.addItem(
    'copy',
    new ToolbarButton({
      icon: copyIcon,
      label: trans.__('Copy'),
      onClick: () => {
        void navigator.clipboard.writeText(file.text).then(() => say(trans.__('Copied')));
      }
    })
  );
  widget.toolbar.addItem('note', note);
  app.shell.add(widget, 'main', { mode: 'tab-after', type: 'Compiled pipeline' });
  activate(app.shell, widget);
}
