import { newId } from './newId';

const NOW = Date.UTC(2026, 10, 23, 23, 15, 2, 999);

it('reads well', () => {
  expect(newId(NOW, () => false)).toMatch(/^20261123-231502-[0-9a-f]{6}$/);
  expect(newId(NOW, () => false, 'exp-')).toMatch(/^exp-20261123-231502-[0-9a-f]{6}$/);
});

it('is none that is there already', () => {
  const refused = new Set<string>();
  const id = newId(NOW, each => {
    const isTaken = refused.size < 3;
    if (isTaken) refused.add(each);
    return isTaken;
  });
  expect(refused.size).toBe(3);
  expect(refused).not.toContain(id);
});
