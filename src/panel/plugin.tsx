import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { PanelLayout, Widget } from '@lumino/widgets';
import { CommandIds, TEXT_DOMAIN } from '../commands';
import { activate } from '../focus/activate';
import { chardIcon } from '../icons';
import { IChardNotebooks, IChardPanel } from '../tokens';
import { Sections } from './sections';

/** Stands in the sidebar until it is first shown, and then loads what it shows. */
class LazyPanel extends Widget {
  private loading: Promise<Widget> | null = null;

  constructor(private readonly load: () => Promise<Widget>) {
    super();
    this.layout = new PanelLayout();
  }

  protected override onBeforeShow(): void {
    this.loading ??= this.load().then(content => {
      (this.layout as PanelLayout).addWidget(content);
      return content;
    });
  }

  /** The keyboard goes along; a section that was asked for takes it by itself. */
  protected override onActivateRequest(): void {
    void this.loading?.then(({ node }) => {
      if (!node.contains(document.activeElement)) node.focus();
    });
  }
}

export const panelPlugin: JupyterFrontEndPlugin<IChardPanel> = {
  id: 'jupyterlab-chard:panel',
  description: "Chard's side panel: the active notebook as a pipeline.",
  autoStart: true,
  provides: IChardPanel,
  requires: [IChardNotebooks],
  optional: [ILayoutRestorer, ICommandPalette, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    notebooks: IChardNotebooks,
    restorer: ILayoutRestorer | null,
    palette: ICommandPalette | null,
    translator: ITranslator | null
  ) => {
    const trans = (translator ?? nullTranslator).load(TEXT_DOMAIN);
    const sections = new Sections();
    const panel = new LazyPanel(async () => {
      const { Panel } = await import('./panel');
      return new Panel({ notebooks, sections, commands: app.commands, trans });
    });
    panel.id = 'chard-panel';
    panel.addClass('jp-chard-SidePanel');
    panel.title.icon = chardIcon;
    panel.title.caption = trans.__('Pipeline');
    app.shell.add(panel, 'right', { rank: 650, type: 'Pipeline' });
    restorer?.add(panel, 'chard-panel');
    sections.revealed.connect(() => activate(app.shell, panel));

    app.commands.addCommand(CommandIds.showPanel, {
      label: ({ section }) => {
        const title = sections.sections.find(({ id }) => id === section)?.title;
        return title === undefined
          ? trans.__('Show Pipeline Panel')
          : trans.__('Show Pipeline Panel: %1', title);
      },
      icon: chardIcon,
      describedBy: {
        args: {
          type: 'object',
          properties: { section: { type: 'string', description: 'The section to open.' } }
        }
      },
      execute: args => sections.reveal(typeof args.section === 'string' ? args.section : undefined)
    });
    const category = trans.__('Pipeline');
    const command = CommandIds.showPanel;
    palette?.addItem({ command, category });
    void app.restored.then(() => {
      for (const { id } of sections.sections) {
        palette?.addItem({ command, category, args: { section: id } });
      }
    });
    return sections;
  }
};
