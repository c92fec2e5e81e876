import { Notification } from '@jupyterlab/apputils';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import { MessageLoop, type Message } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';
import { goRound, stopsIn } from '../../focus/goRound';
import type { OpenNotebook } from '../../tokens';
import { CellEditor } from './cellEditor';
import type { EditorForm } from './form';

const GAP = 2;
const EDGE = 8;

export interface PopoverOptions {
  readonly open: OpenNotebook;
  readonly ids: readonly string[];
  /** What the popover stands below; null while it is not on the screen. */
  readonly anchor: () => HTMLElement | null;
  readonly trans: TranslationBundle;
  readonly onEditStep: (step: string) => void;
}

/**
 * The cell editor over the page: the notebook does not move below it. It lies outside of the notebook's node, so that the
 * notebook's own keys do not take what is typed.
 */
export class EditorPopover extends ReactWidget {
  private readonly editor: CellEditor;
  /** Loaded with the first cell that is edited. */
  private form: typeof EditorForm | null = null;
  /** What was typed while it was being loaded: the beginning of the step's name. */
  private typed = '';
  /** Whether the form is on the screen and has the keyboard. */
  private isReady = false;
  private readonly follow = (): void => this.place();
  private readonly resize = new ResizeObserver(this.follow);

  constructor(private readonly options: PopoverOptions) {
    super();
    const { open, ids, trans } = options;
    this.addClass('jp-chard-Editor');
    this.node.setAttribute('role', 'dialog');
    this.node.tabIndex = -1;
    this.node.setAttribute('aria-label', trans.__('Cell in the pipeline'));
    this.editor = new CellEditor(open.pipeline, ids);
    open.panel.disposed.connect(() => this.dispose());
    open.panel.content.activeCellChanged.connect(this.close, this);
  }

  /**
   * Shows the popover and puts the keyboard into it: at once, so that no key meant for it is the notebook's, also while the form
   * is being loaded.
   */
  open(): void {
    Widget.attach(this, document.body);
    this.node.focus({ preventScroll: true });
    import(/* webpackChunkName: "cell-editor" */ './form').then(
      ({ EditorForm }) => this.fill(EditorForm),
      (error: unknown) => {
        if (this.isDisposed) return;
        this.backToCell();
        const { trans } = this.options;
        const message = trans.__('The cell editor could not be loaded: %1', String(error));
        Notification.error(message, { autoClose: false });
      }
    );
  }

  private fill(form: typeof EditorForm): void {
    if (this.isDisposed) return;
    this.form = form;
    MessageLoop.sendMessage(this, Widget.Msg.UpdateRequest);
    void this.renderPromise?.then(() => {
      if (this.isDisposed) return;
      this.place();
      if (document.activeElement === this.node) this.firstField()?.focus();
      this.isReady = true;
      // Where there is no name to type, it was meant for nothing.
      this.takeTyped();
    });
  }

  override render() {
    const { form: Form } = this;
    const { open, trans, onEditStep } = this.options;
    return Form === null ? null : (
      <Form
        editor={this.editor}
        pipeline={open.pipeline}
        trans={trans}
        takeTyped={() => this.takeTyped()}
        onClose={() => this.backToCell()}
        onEditStep={onEditStep}
      />
    );
  }

  private takeTyped(): string {
    const { typed } = this;
    this.typed = '';
    return typed;
  }

  override dispose(): void {
    if (this.isDisposed) return;
    this.resize.disconnect();
    this.options.open.panel.content.activeCellChanged.disconnect(this.close, this);
    super.dispose();
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    const { content } = this.options.open.panel;
    this.resize.observe(this.node);
    this.resize.observe(content.node);
    content.outerNode.addEventListener('scroll', this.follow, { passive: true });
    window.addEventListener('resize', this.follow);
    document.addEventListener('pointerdown', this.onPointerDown, true);
    this.node.addEventListener('keydown', this.onKey);
  }

  protected override onBeforeDetach(message: Message): void {
    super.onBeforeDetach(message);
    const { content } = this.options.open.panel;
    content.outerNode?.removeEventListener('scroll', this.follow);
    window.removeEventListener('resize', this.follow);
    document.removeEventListener('pointerdown', this.onPointerDown, true);
    this.node.removeEventListener('keydown', this.onKey);
  }

  private firstField(): HTMLElement | null {
    return this.node.querySelector<HTMLElement>('input') ?? stopsIn(this.node)[0] ?? null;
  }

  private backToCell(): void {
    const { panel } = this.options.open;
    this.close();
    panel.content.mode = 'command';
    panel.content.activate();
  }

  private readonly onPointerDown = (event: PointerEvent): void => {
    const target = event.target as Node;
    const onLine = this.options.anchor()?.contains(target) ?? false;
    if (!this.node.contains(target) && !onLine) this.close();
  };

  private readonly onKey = (event: KeyboardEvent): void => {
    if (!this.isReady && event.target === this.node) this.keepKey(event);
    // Escape is the way out.
    else goRound(event, this.node);
  };

  private keepKey(event: KeyboardEvent): void {
    const { key } = event;
    if (key === 'Escape') return this.backToCell();
    if (key === 'Backspace') this.typed = this.typed.slice(0, -1);
    else if (key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey) {
      this.typed += key;
    }
    // Nor does the page scroll, or the browser look for what is typed.
    event.preventDefault();
  }

  /** Below the line where there is room, else above it; never over the notebook's edges. */
  private place(): void {
    // What is hidden has no keyboard.
    if (this.form === null) return;
    const anchor = this.options.anchor();
    const view = this.options.open.panel.content.outerNode.getBoundingClientRect();
    const at = anchor?.getBoundingClientRect();
    const visible = at && at.bottom > view.top && at.top < view.bottom;
    this.node.style.visibility = visible ? 'visible' : 'hidden';
    if (!at) return;
    const { offsetWidth: width, offsetHeight: height } = this.node;
    const below = window.innerHeight - at.bottom - EDGE;
    const top =
      below >= height || below >= at.top
        ? Math.min(at.bottom + GAP, window.innerHeight - height - EDGE)
        : at.top - height - GAP;
    const left = Math.min(at.left, window.innerWidth - width - EDGE);
    this.node.style.top = `${Math.max(EDGE, top)}px`;
    this.node.style.left = `${Math.max(EDGE, left)}px`;
  }
}
