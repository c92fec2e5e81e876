import type { TranslationBundle } from '@jupyterlab/translation';
import { Component, type ReactNode } from 'react';
import { Button } from '../controls/button';

interface Props {
  readonly trans: TranslationBundle;
  /** What is drawn, in words: the beginning of a sentence. */
  readonly what: string;
  /** Before it is drawn again. */
  readonly onAgain?: () => void;
  readonly children: ReactNode;
}

interface State {
  readonly error: Error | null;
}

/** Says so where something inside cannot be drawn, instead of leaving an empty place, and keeps all around it. */
export class Boundary extends Component<Props, State> {
  override state: State = { error: null };

  static getDerivedStateFromError(error: unknown): State {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override render(): ReactNode {
    const { error } = this.state;
    const { trans, what, onAgain, children } = this.props;
    if (error === null) return children;
    return (
      <div role="alert" className="jp-chard-Failure">
        <p>
          {trans.__(
            '%1 cannot be drawn, though nothing is lost: %2. Try again, or reload the page.',
            what,
            error.message
          )}
        </p>
        <Button
          look="bordered"
          onClick={() => {
            onAgain?.();
            this.setState({ error: null });
          }}
        >
          {trans.__('Try again')}
        </Button>
      </div>
    );
  }
}
