/** What a file is called beside those that are there: `digits.yaml`, `digits-1.yaml`, `digits-2.yaml`. */
export function freeName(name: string, taken: ReadonlySet<string>): string {
  const dot = name.indexOf('.', 1);
  const extension = dot === -1 ? '' : name.slice(dot);
  const stem = name.slice(0, name.length - extension.length);
  let free = name;
  for (let count = 1; taken.has(free); count++) free = `${stem}-${count}${extension}`;
  return free;
}
