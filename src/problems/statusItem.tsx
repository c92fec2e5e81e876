import { ReactWidget } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import { CommandIds } from '../commands';
import { chardIcon } from '../icons';
import { usePipeline } from '../notebooks/usePipeline';
import type { IChardNotebooks, OpenNotebook } from '../tokens';
import { Counts } from './counts';

/** The active notebook's pipeline in the status bar: steps and problems. A click opens the panel. */
export class StatusItem extends ReactWidget {
  constructor(
    private readonly notebooks: IChardNotebooks,
    private readonly commands: CommandRegistry,
    private readonly trans: TranslationBundle
  ) {
    super();
    this.addClass('jp-chard-StatusItem');
    notebooks.currentChanged.connect(() => this.update());
  }

  override render() {
    const { current } = this.notebooks;
    if (!current) return <></>;
    return (
      <Item key={current.panel.id} open={current} commands={this.commands} trans={this.trans} />
    );
  }
}

function Item(props: {
  readonly open: OpenNotebook;
  readonly commands: CommandRegistry;
  readonly trans: TranslationBundle;
}) {
  const { trans, commands } = props;
  const { pipeline } = props.open;
  usePipeline(pipeline);
  if (!pipeline.isPython || !pipeline.isAnnotated) return null;
  const name = pipeline.annotated.settings.name ?? pipeline.name;
  return (
    <button
      type="button"
      className="jp-chard-StatusItem-button"
      title={trans.__('Show the pipeline')}
      onClick={() => void commands.execute(CommandIds.showPanel, { section: 'problems' })}
    >
      <chardIcon.react tag="span" className="jp-chard-icon" />
      {name}: {trans._n('%1 step', '%1 steps', pipeline.annotated.steps.length)}
      <Counts pipeline={pipeline} trans={trans} />
    </button>
  );
}
