/** What the command line and the server have of the machine. */
export interface Host {
  /** Folder of the stores. */
  readonly home: string;
  /** The Python that Chard is installed in. */
  readonly python: string;
  readonly environment: NodeJS.ProcessEnv;
}
