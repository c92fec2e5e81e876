import type { LabIcon } from '@jupyterlab/ui-components';
import type { AnchorHTMLAttributes, ButtonHTMLAttributes, ReactNode } from 'react';

/**
 * How a button looks: with a border; `primary`, the one filled button of a view; `flat`, without a border; `link`, flat in the colour
 * of links; `inline`, a link in the line of a text.
 */
export type ButtonLook = 'bordered' | 'primary' | 'flat' | 'link' | 'inline';

const CLASSES: Readonly<Record<ButtonLook, string>> = {
  bordered: 'jp-chard-Button',
  primary: 'jp-chard-Button jp-chard-mod-primary',
  flat: 'jp-chard-FlatButton',
  link: 'jp-chard-FlatButton jp-chard-mod-link',
  inline: 'jp-chard-FlatButton jp-chard-mod-link jp-chard-mod-inline'
};

interface Content {
  readonly look: ButtonLook;
  /** Stands before the words. */
  readonly icon?: LabIcon | undefined;
  /** For places where there is little height. */
  readonly small?: boolean | undefined;
  readonly children: ReactNode;
}

function classOf(look: ButtonLook, small: boolean, own: string | undefined): string {
  return [CLASSES[look], small ? 'jp-chard-mod-small' : '', own ?? ''].filter(Boolean).join(' ');
}

function Label({ icon: Icon, children }: Pick<Content, 'icon' | 'children'>) {
  return (
    <>
      {Icon && <Icon.react tag="span" className="jp-chard-icon" />}
      {children}
    </>
  );
}

/** A button with words, and an icon before them where there is one. */
export function Button({
  look,
  icon,
  small = false,
  className,
  children,
  ...rest
}: Content & Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'type'>) {
  return (
    <button {...rest} type="button" className={classOf(look, small, className)}>
      <Label icon={icon}>{children}</Label>
    </button>
  );
}

/** A link that looks like a button: it leads to an address or downloads what is there. */
export function LinkButton({
  look,
  icon,
  small = false,
  className,
  children,
  ...rest
}: Content & AnchorHTMLAttributes<HTMLAnchorElement>) {
  return (
    <a {...rest} className={classOf(look, small, className)}>
      <Label icon={icon}>{children}</Label>
    </a>
  );
}

interface IconButtonProps extends Omit<
  ButtonHTMLAttributes<HTMLButtonElement>,
  'type' | 'children' | 'aria-label'
> {
  readonly icon: LabIcon;
  /** What it does, for those who do not see the icon, and to whom points at it. */
  readonly label: string;
  /** Where fewer words do for who sees where the button stands. */
  readonly title?: string;
}

/** A button that is an icon alone. */
export function IconButton({
  icon: Icon,
  label,
  title = label,
  className,
  ...rest
}: IconButtonProps) {
  return (
    <button
      {...rest}
      type="button"
      className={['jp-chard-IconButton', className ?? ''].filter(Boolean).join(' ')}
      title={title}
      aria-label={label}
    >
      <Icon.react tag="span" className="jp-chard-icon" />
    </button>
  );
}
