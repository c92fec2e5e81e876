/** The address of a notebook that is built into the extension. */
declare module '*.ipynb' {
  const address: string;
  export default address;
}
