/** Extended attributes of one file or folder: name to value in base64. */
export type Attributes = Readonly<Record<string, string>>;

/** What is known of one path: its attributes (null: it has none), or why they cannot be read. */
export type Listed = { readonly attributes: Attributes | null } | { readonly why: string };

/** An attribute that a file did not take. */
export interface NotPut {
  readonly name: string;
  readonly why: string;
  /** The file system takes none of its kind. */
  readonly isUnsupported: boolean;
}

/** The way to extended attributes. Both methods throw `AttributesUnavailable`. */
export interface ExtendedAttributes {
  /** Begins what takes a moment, where something is about to be asked. */
  begin(): void;
  /** What files and folders below a folder have, in the order of `paths`. Links are not followed, and have none. */
  list(root: string, paths: readonly string[]): Promise<readonly Listed[]>;
  /**
   * Gives attributes to an open file or folder. @param isExact takes those away that it has besides
   * @returns those that it did not take, or did not let go
   */
  put(file: number, attributes: Attributes, isExact: boolean): Promise<readonly NotPut[]>;
  close(): void;
}

/** Why there is no way to any attributes. */
export class AttributesUnavailable extends Error {}
