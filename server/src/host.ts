/** What the command line and the server have of the machine. */
export interface Host {
  /** Folder of the stores. */
  readonly home: string;
  /** Folder for what would take long to find out again; null where there is no place to keep it. */
  readonly memory: string | null;
  /** The Python that Chard is installed in. */
  readonly python: string;
  readonly environment: NodeJS.ProcessEnv;
}
