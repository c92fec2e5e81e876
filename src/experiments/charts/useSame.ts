import { useRef } from 'react';

/**
 * The list as it was last time, where it holds the same elements: what is made of it need not be made anew.
 * A trial that has not changed is the same object.
 */
export function useSame<Item>(list: readonly Item[]): readonly Item[] {
  const last = useRef(list);
  const former = last.current;
  const isSame = former.length === list.length && list.every((item, at) => item === former[at]);
  if (!isSame) last.current = list;
  return last.current;
}
