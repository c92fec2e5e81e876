import { ReactWidget, UseSignal } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import { lazy, Suspense, useEffect, useId, useMemo, useRef, useState } from 'react';
import { CommandIds } from '../commands';
import { Button } from '../controls/button';
import { Boundary } from '../failure/boundary';
import { keepFocus } from '../focus/keepFocus';
import { caretIcon, chardIcon } from '../icons';
import { usePipeline } from '../notebooks/usePipeline';
import type { IChardNotebooks, OpenNotebook, PanelSection } from '../tokens';
import { keepInView } from './keepInView';
import type { Sections } from './sections';
import '../views';

export interface PanelOptions {
  readonly notebooks: IChardNotebooks;
  readonly sections: Sections;
  readonly commands: CommandRegistry;
  readonly trans: TranslationBundle;
}

const PANEL = 'jp-chard-Panel';

/** Chard's side panel: the active notebook as a pipeline, in sections that features add. */
export class Panel extends ReactWidget {
  constructor(private readonly options: PanelOptions) {
    super();
    this.id = 'jp-chard-panel';
    this.addClass(PANEL);
    this.title.icon = chardIcon;
    this.title.caption = options.trans.__('Pipeline');
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', options.trans.__('Pipeline'));
    this.node.tabIndex = -1;
    this.disposed.connect(keepFocus(this.node));
  }

  override render() {
    const { notebooks } = this.options;
    return (
      <UseSignal signal={notebooks.currentChanged} initialArgs={notebooks.current}>
        {() =>
          notebooks.current ? (
            <NotebookView
              key={notebooks.current.panel.id}
              open={notebooks.current}
              {...this.options}
            />
          ) : (
            <Empty
              title={this.options.trans.__('No notebook is open')}
              text={this.options.trans.__(
                'Open a notebook, and this panel shows it as a pipeline.'
              )}
            />
          )
        }
      </UseSignal>
    );
  }
}

function Empty(props: { title: string; text: string; children?: React.ReactNode }) {
  return (
    <div className="jp-chard-Empty">
      <chardIcon.react tag="span" className="jp-chard-Empty-icon" />
      <h2>{props.title}</h2>
      <p>{props.text}</p>
      {props.children}
    </div>
  );
}

function NotebookView({ open, sections, commands, trans }: PanelOptions & { open: OpenNotebook }) {
  const { pipeline } = open;
  usePipeline(pipeline);
  if (!pipeline.isPython) {
    return (
      <Empty
        title={trans.__('Not a Python notebook')}
        text={trans.__(
          'This notebook is written in %1. Pipelines are made of Python notebooks.',
          pipeline.annotated.notebook.language
        )}
      />
    );
  }
  if (!pipeline.isAnnotated) {
    return (
      <Empty
        title={trans.__('No pipeline yet')}
        text={trans.__(
          'Say what each cell is: select one and press S for a step, Shift+I for imports, P for parameters.'
        )}
      >
        {commands.hasCommand(CommandIds.suggestSteps) && (
          <Button look="primary" onClick={() => void commands.execute(CommandIds.suggestSteps)}>
            {trans.__('Suggest steps')}
          </Button>
        )}
      </Empty>
    );
  }
  return (
    <UseSignal signal={sections.changed}>
      {() => (
        <>
          {pipeline.failure !== null && (
            <div role="alert" className="jp-chard-Failure">
              <p>{trans.__('The notebook could not be analysed: %1', pipeline.failure)}</p>
              <Button look="bordered" onClick={() => pipeline.retry()}>
                {trans.__('Try again')}
              </Button>
            </div>
          )}
          {sections.headers.map(({ component: Header }, at) => (
            <Header key={at} {...open} />
          ))}
          <div className="jp-chard-Sections">
            {sections.sections.map(section => (
              <Section key={section.id} {...{ section, sections, open, trans }} />
            ))}
          </div>
        </>
      )}
    </UseSignal>
  );
}

/** Open or closed as a person left it, in this session. */
const remembered = new Map<string, boolean>();

function Section(props: {
  readonly section: PanelSection;
  readonly sections: Sections;
  readonly open: OpenNotebook;
  readonly trans: TranslationBundle;
}) {
  const { section, sections, open, trans } = props;
  const [isOpen, setOpen] = useState(remembered.get(section.id) ?? !section.startsClosed);
  const bodyId = useId();
  const header = useRef<HTMLButtonElement>(null);
  const wants = section.opensItself?.(open) ?? false;
  const [attempt, setAttempt] = useState(0);
  const Content = useMemo(
    () => lazy(async () => ({ default: await section.load() })),
    // What could not be loaded once is remembered by `lazy`.
    [section, attempt]
  );
  useEffect(() => {
    if (wants) setOpen(true);
  }, [wants]);
  useEffect(() => {
    let end: () => void = () => undefined;
    const reveal = (): HTMLElement | null => {
      if (!sections.takeWanted(section.id)) return null;
      setOpen(true);
      const button = header.current!;
      end();
      end = keepInView(button.closest('section')!, button.closest<HTMLElement>(`.${PANEL}`)!);
      return button;
    };
    const take = (): void => reveal()?.focus({ preventScroll: true });
    sections.revealed.connect(take);
    // A person who has gone on meanwhile keeps the keyboard.
    const shown = reveal();
    if (shown?.closest(`.${PANEL}`)?.contains(document.activeElement)) {
      shown.focus({ preventScroll: true });
    }
    return () => {
      sections.revealed.disconnect(take);
      end();
    };
  }, [section, sections]);
  const toggle = (): void => {
    remembered.set(section.id, !isOpen);
    setOpen(!isOpen);
  };
  const Summary = section.summary;
  return (
    <section className="jp-chard-Section" data-section={section.id}>
      <h2 className="jp-chard-Section-title">
        <button
          ref={header}
          type="button"
          aria-expanded={isOpen}
          aria-controls={bodyId}
          onClick={toggle}
        >
          <caretIcon.react tag="span" className="jp-chard-icon" />
          <span className="jp-chard-Section-name">{section.title}</span>
          {Summary && (
            <span className="jp-chard-Section-summary">
              <Summary {...open} />
            </span>
          )}
        </button>
      </h2>
      <div id={bodyId} hidden={!isOpen}>
        {isOpen && (
          <Boundary trans={trans} what={section.title} onAgain={() => setAttempt(attempt + 1)}>
            <Suspense fallback={<p className="jp-chard-hint">{trans.__('Loading…')}</p>}>
              <Content {...open} />
            </Suspense>
          </Boundary>
        )}
      </div>
    </section>
  );
}
