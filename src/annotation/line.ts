import type { TranslationBundle } from '@jupyterlab/translation';
import type { LabIcon } from '@jupyterlab/ui-components';
import { Widget } from '@lumino/widgets';
import {
  continuesIcon,
  errorIcon,
  functionsIcon,
  importsIcon,
  metricsIcon,
  noneIcon,
  notebookKindIcon,
  parametersIcon,
  pencilIcon,
  skipIcon,
  stepIcon,
  warningIcon
} from '../icons';
import type { StepStatus } from '../tokens';
import { fitNames } from './fitNames';
import type { LineKind, LineView } from './lineView';

const ICONS: Readonly<Record<LineKind, LabIcon>> = {
  imports: importsIcon,
  functions: functionsIcon,
  parameters: parametersIcon,
  metrics: metricsIcon,
  skip: skipIcon,
  step: stepIcon,
  notebook: notebookKindIcon,
  continues: continuesIcon,
  none: noneIcon
};

/** Everything that a line shows; the same value twice draws nothing. */
export interface LineContent {
  readonly view: LineView;
  readonly status: StepStatus | null;
  /** Width of the line in characters. */
  readonly room: number;
}

/** The line above one code cell: plain DOM, since a notebook has a thousand of them. */
export class Line extends Widget {
  private shown = '';
  private drawn: LineContent | null = null;
  private readonly text = element('span', 'jp-chard-Line-text');
  private readonly end = element('span', 'jp-chard-Line-end');
  private readonly edit: HTMLButtonElement;

  constructor(
    private readonly trans: TranslationBundle,
    onEdit: () => void
  ) {
    super();
    this.addClass('jp-chard-Line');
    this.edit = element('button', 'jp-chard-Line-edit');
    this.edit.type = 'button';
    this.edit.append(pencilIcon.element({ tag: 'span' }));
    this.edit.title = trans.__('Edit what this cell is in the pipeline (E)');
    this.node.append(this.text, this.end, this.edit);
    this.node.addEventListener('click', event => {
      event.preventDefault();
      onEdit();
    });
  }

  render(content: LineContent): void {
    const { view, status, room } = content;
    if (
      view === this.drawn?.view &&
      room === this.drawn.room &&
      isSame(status, this.drawn.status)
    ) {
      return;
    }
    this.drawn = content;
    const key = JSON.stringify([view, status?.text, status?.icon.name, room]);
    if (key === this.shown) return;
    this.shown = key;
    this.node.dataset.kind = view.kind;
    this.text.replaceChildren(...this.describe(view, room));
    this.end.replaceChildren(...this.describeEnd(view, status));
    this.node.title = this.tooltip(view);
    this.edit.setAttribute(
      'aria-label',
      this.trans.__('Edit pipeline annotation: %1', [view.title, view.note].join(' ').trim())
    );
  }

  /** Only the active cell's pencil is a stop of the Tab key. */
  set active(active: boolean) {
    this.edit.tabIndex = active ? 0 : -1;
  }

  private describe(view: LineView, room: number): Node[] {
    const parts: Node[] = [iconOf(ICONS[view.kind])];
    if (view.title !== '') parts.push(element('span', 'jp-chard-Line-name', view.title));
    if (view.note !== '') parts.push(element('span', 'jp-chard-Line-note', view.note));
    if (view.after.length > 0) parts.push(this.dependencies(view));
    if (view.inputs.length + view.outputs.length > 0) {
      const used =
        view.title.length + view.after.reduce((sum, { name }) => sum + name.length + 2, 4);
      parts.push(element('span', 'jp-chard-Line-separator'), ...flow(view, room - used));
    }
    return parts;
  }

  private dependencies({ after }: LineView): Node {
    const node = element('span', 'jp-chard-Line-after', '← ');
    after.forEach(({ name, derived }, index) => {
      if (index > 0) node.append(', ');
      node.append(derived ? element('span', 'jp-chard-mod-derived', name) : name);
    });
    return node;
  }

  private describeEnd({ problem }: LineView, status: StepStatus | null): Node[] {
    const parts: Node[] = [];
    if (problem) {
      const node = iconOf(problem.severity === 'error' ? errorIcon : warningIcon);
      node.classList.add('jp-chard-Line-problem', `jp-chard-mod-${problem.severity}`);
      node.title = problem.messages.join('\n\n');
      node.setAttribute('role', 'img');
      node.setAttribute('aria-label', problem.messages.join(' '));
      parts.push(node);
    }
    if (status) {
      const node = element('span', 'jp-chard-Line-status');
      node.dataset.tone = status.tone;
      node.append(iconOf(status.icon), element('span', '', status.text));
      parts.push(node);
    }
    return parts;
  }

  private tooltip({ title, note, after, inputs, outputs }: LineView): string {
    const { trans } = this;
    const found = (derived: boolean) =>
      after.filter(each => each.derived === derived).map(({ name }) => name);
    const row = (label: string, names: readonly string[]) =>
      names.length === 0 ? [] : [`${label} ${names.join(', ')}`];
    return [
      [title, note].filter(each => each !== '').join(': '),
      ...row(trans.__('Comes after:'), found(false)),
      ...row(trans.__('Reads from, without saying so:'), found(true)),
      ...row(trans.__('Takes:'), inputs),
      ...row(trans.__('Gives:'), outputs)
    ].join('\n');
  }
}

function isSame(one: StepStatus | null, other: StepStatus | null): boolean {
  return one?.text === other?.text && one?.icon === other?.icon;
}

function flow({ inputs, outputs }: LineView, room: number): Node[] {
  const fitted = fitNames(inputs, outputs, room);
  const names = (shown: readonly string[], more: number) =>
    element(
      'span',
      'jp-chard-Line-names',
      [...shown, ...(more > 0 ? [`+${more}`] : [])].join(', ').replace(/, \+/, ' +')
    );
  const arrow = outputs.length > 0 ? [element('span', 'jp-chard-Line-arrow', '→')] : [];
  return [
    ...(inputs.length > 0 ? [names(fitted.inputs, fitted.moreInputs)] : []),
    ...arrow,
    ...(outputs.length > 0 ? [names(fitted.outputs, fitted.moreOutputs)] : [])
  ];
}

function iconOf(icon: LabIcon): HTMLElement {
  const node = icon.element({ tag: 'span' });
  node.classList.add('jp-chard-icon');
  return node;
}

function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  className = '',
  text = ''
): HTMLElementTagNameMap[Tag] {
  const node = document.createElement(tag);
  if (className !== '') node.className = className;
  if (text !== '') node.textContent = text;
  return node;
}
