import type { TranslationBundle } from '@jupyterlab/translation';
import { Button } from '../../controls/button';

/** Something could not be had: what, and a way to try it again. */
export function Problem(props: {
  readonly message: string;
  readonly onAgain?: (() => void) | undefined;
  readonly trans: TranslationBundle;
}) {
  const { message, onAgain, trans } = props;
  return (
    <div role="alert" className="jp-chard-Run-problem">
      <p>{message}</p>
      {onAgain && (
        <Button look="bordered" onClick={onAgain}>
          {trans.__('Try again')}
        </Button>
      )}
    </div>
  );
}

/** There is nothing to show, and that is no fault. */
export function Nothing({ children }: { readonly children: React.ReactNode }) {
  return <p className="jp-chard-hint jp-chard-Run-nothing">{children}</p>;
}
