import { LabIcon } from '@jupyterlab/ui-components';

/** Beside the other icons it would be loaded before it is needed. */
export const snapshotIcon = new LabIcon({
  name: 'chard:snapshot',
  svgstr:
    '<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24"><path class="jp-icon3" fill="#616161" d="M9 4 7.600 6H4a1.500 1.500 0 0 0-1.500 1.500v11A1.500 1.500 0 0 0 4 20h16a1.500 1.500 0 0 0 1.500-1.500v-11A1.500 1.500 0 0 0 20 6h-3.600L15 4zm3 4.500a4.500 4.500 0 1 1 0 9 4.500 4.500 0 0 1 0-9zm0 2a2.500 2.500 0 1 0 0 5 2.500 2.500 0 0 0 0-5z"/></svg>'
});
