/** What the Tab key stops at, and what only arrow keys reach. */
export const FOCUSABLE = [
  'a[href]',
  'button:not(:disabled)',
  'input:not(:disabled)',
  'select:not(:disabled)',
  'textarea:not(:disabled)',
  'summary',
  '[tabindex]'
].join(',');

/** Where an element is: each ancestor up to the root, with the place of the child that leads to the element. */
interface Place {
  readonly element: HTMLElement;
  readonly ancestors: readonly { readonly node: Element; readonly at: number }[];
}

/**
 * Keeps the keyboard inside `root` when what has it goes away, as a problem does that is repaired: the focus goes to what has come in its
 * place, or stands next to it, instead of to the page, where the next key would do nothing.
 *
 * @returns a function that ends it.
 */
export function keepFocus(root: HTMLElement): () => void {
  let last: Place | null = null;
  const remember = ({ target }: FocusEvent): void => {
    last = target === root ? null : placeOf(target as HTMLElement, root);
  };
  // Who leaves has not lost anything.
  const leave = ({ relatedTarget }: FocusEvent): void => {
    if (relatedTarget && !root.contains(relatedTarget as Node)) last = null;
  };
  const press = (): void => {
    last = null;
  };
  const repair = (): void => {
    if (!last || isReachable(last.element)) return;
    const { activeElement } = root.ownerDocument;
    const isLost =
      activeElement === null ||
      activeElement === root.ownerDocument.body ||
      activeElement === last.element;
    const next = isLost ? nearest(last, root) : null;
    last = null;
    next?.focus();
  };
  const observer = new MutationObserver(repair);
  observer.observe(root, {
    subtree: true,
    childList: true,
    attributes: true,
    attributeFilter: ['disabled', 'hidden']
  });
  const { ownerDocument } = root;
  root.addEventListener('focusin', remember);
  root.addEventListener('focusout', leave);
  ownerDocument.addEventListener('pointerdown', press, true);
  return () => {
    observer.disconnect();
    root.removeEventListener('focusin', remember);
    root.removeEventListener('focusout', leave);
    ownerDocument.removeEventListener('pointerdown', press, true);
  };
}

function placeOf(element: HTMLElement, root: HTMLElement): Place {
  const ancestors = [];
  for (let child: Element = element; child !== root && child.parentElement;) {
    const node = child.parentElement;
    ancestors.push({ node, at: [...node.children].indexOf(child) });
    child = node;
  }
  return { element, ancestors };
}

/** What can have the focus at the place, or next to it: in the nearest ancestor that is still there and has such a thing. */
function nearest({ ancestors }: Place, root: HTMLElement): HTMLElement | null {
  for (const { node, at } of ancestors) {
    if (!root.contains(node)) continue;
    const found = [...node.querySelectorAll<HTMLElement>(FOCUSABLE)].filter(isReachable);
    const here = node.children[at];
    const after = found.find(
      each => here && (here.contains(each) || isBefore(here, each)) && isStop(each)
    );
    const next = after ?? found.findLast(isStop) ?? found[0];
    if (next) return next;
  }
  return root.hasAttribute('tabindex') ? root : null;
}

function isStop({ tabIndex }: HTMLElement): boolean {
  return tabIndex >= 0;
}

function isBefore(one: Element, other: Element): boolean {
  return (one.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0;
}

const HIDDEN = '[hidden], details:not([open]) > :not(summary)';

function isReachable(element: HTMLElement): boolean {
  return element.isConnected && !element.matches(':disabled') && element.closest(HIDDEN) === null;
}
