/** A Python environment as runs record it. */
export interface RecordedEnvironment {
  readonly executable: string;
  readonly version: string;
  readonly implementation: string;
  readonly platform: string;
  /** Distribution name to version. */
  readonly packages: Readonly<Record<string, string>>;
}

/** Something that is not the same in two environments; null where one of them does not have it. */
export interface EnvironmentChange {
  /** A package's name, or `python`, `implementation`, `platform`, `executable`. */
  readonly what: string;
  readonly isPackage: boolean;
  readonly before: string | null;
  readonly now: string | null;
}

const FACTS = [
  ['python', 'version'],
  ['implementation', 'implementation'],
  ['platform', 'platform'],
  ['executable', 'executable']
] as const;

/** What is different, Python itself first, then packages by name. */
export function compareEnvironments(
  before: RecordedEnvironment,
  now: RecordedEnvironment
): EnvironmentChange[] {
  const facts = FACTS.map(([what, key]) => ({
    what,
    isPackage: false,
    before: before[key],
    now: now[key]
  }));
  const names = new Set([...Object.keys(before.packages), ...Object.keys(now.packages)]);
  const packages = [...names].sort().map(what => ({
    what,
    isPackage: true,
    before: before.packages[what] ?? null,
    now: now.packages[what] ?? null
  }));
  return [...facts, ...packages].filter(change => change.before !== change.now);
}
