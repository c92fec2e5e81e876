import { LabIcon } from '@jupyterlab/ui-components';

// Those that show before a person opens anything of Chard's; the others lie in viewIcons.ts.

function icon(name: string, shape: string): LabIcon {
  return new LabIcon({
    name: `chard:${name}`,
    svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24">${shape}</svg>`
  });
}

/** A shape in the colour of the text. */
export const filled = (name: string, path: string): LabIcon =>
  icon(name, `<path class="jp-icon3" fill="#616161" d="${path}"/>`);
const drawn = (name: string, path: string, width: number): LabIcon =>
  icon(
    name,
    `<path class="jp-icon3-selectable" fill="none" stroke="#616161" stroke-width="${width}" stroke-linejoin="round" d="${path}"/>`
  );

export const chardIcon = drawn(
  'leaf',
  'M12 2C7 4.5 4.5 8.5 5.5 13c.7 3 3 4.5 5.5 4.8V22h2v-4.200c2.500-.3 4.800-1.800 5.500-4.800C19.500 8.500 17 4.500 12 2zm0 13.500V6.500m0 6L8.200 9.700m3.800 2.800 3.800-2.800',
  1.7
);
export const stepIcon = filled(
  'step',
  'M11 2h2v5.1a5 5 0 0 1 0 9.800V22h-2v-5.100a5 5 0 0 1 0-9.800zm1 7a3 3 0 1 0 0 6 3 3 0 0 0 0-6z'
);
export const importsIcon = filled('imports', 'M11 3h2v8h4l-5 5.500L7 11h4zM5 19h14v2H5z');
export const parametersIcon = filled(
  'parameters',
  'M3 17v2h6v-2H3zM3 5v2h10V5H3zm10 16v-2h8v-2h-8v-2h-2v6h2zM7 9v2H3v2h4v2h2V9H7zm14 4v-2H11v2h10zm-6-4h2V7h4V5h-4V3h-2v6z'
);
export const functionsIcon = drawn(
  'functions',
  'M16.500 5.200c-2.800-1.200-4.600.4-5 3.400L10 17c-.5 2.600-1.800 3.300-4 2.400M7 10.800h8',
  2
);
export const metricsIcon = filled(
  'metrics',
  'M5 9h3.200v10H5zm5.400-4h3.200v14h-3.200zm5.400 8H19v6h-3.200z'
);
export const skipIcon = filled(
  'skip',
  'M12 2C6.480 2 2 6.480 2 12s4.480 10 10 10 10-4.480 10-10S17.520 2 12 2zM4 12c0-4.420 3.580-8 8-8 1.850 0 3.550.630 4.900 1.690L5.690 16.900C4.630 15.550 4 13.850 4 12zm8 8c-1.850 0-3.550-.630-4.900-1.690L18.310 7.100C19.370 8.450 20 10.150 20 12c0 4.420-3.580 8-8 8z'
);
export const continuesIcon = filled(
  'continues',
  'M6 4h2v9h7.200l-3.600-3.600L13 8l6 6-6 6-1.400-1.400 3.600-3.600H6z'
);
export const notebookKindIcon = filled(
  'sub-notebook',
  'M18 2H6a2 2 0 0 0-2 2v16a2 2 0 0 0 2 2h12a2 2 0 0 0 2-2V4a2 2 0 0 0-2-2zm0 18H8V4h10z'
);
export const noneIcon = icon(
  'none',
  '<circle class="jp-icon3-selectable" cx="12" cy="12" r="7" fill="none" stroke="#616161" stroke-width="2" stroke-dasharray="3 3"/>'
);
export const pencilIcon = filled(
  'pencil',
  'M3 17.250V21h3.750L17.810 9.940l-3.750-3.750zM20.710 7.040a1 1 0 0 0 0-1.410l-2.340-2.340a1 1 0 0 0-1.410 0l-1.830 1.830 3.750 3.750z'
);
export const warningIcon = filled('warning', 'M1 21h22L12 2 1 21zm12-3h-2v-2h2v2zm0-4h-2v-4h2v4z');
export const errorIcon = filled(
  'error',
  'M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20zm5 13.600L15.600 17 12 13.400 8.400 17 7 15.600l3.600-3.600L7 8.400 8.400 7l3.600 3.600L15.600 7 17 8.400 13.400 12z'
);
export const okIcon = filled(
  'ok',
  'M12 2C6.480 2 2 6.480 2 12s4.480 10 10 10 10-4.480 10-10S17.520 2 12 2zm-2 15-5-5 1.410-1.410L10 14.170l7.590-7.590L19 8l-9 9z'
);
export const bulbIcon = filled(
  'bulb',
  'M9 21c0 .5.4 1 1 1h4c.6 0 1-.5 1-1v-1H9v1zm3-19a7 7 0 0 0-4 12.700V17c0 .6.4 1 1 1h6c.6 0 1-.4 1-1v-2.300A7 7 0 0 0 12 2z'
);
export const plusIcon = filled('plus', 'M19 13h-6v6h-2v-6H5v-2h6V5h2v6h6v2z');
export const closeSmallIcon = filled(
  'close-small',
  'M19 6.400 17.600 5 12 10.600 6.400 5 5 6.400 10.600 12 5 17.600 6.400 19l5.600-5.600 5.600 5.600 1.400-1.400-5.600-5.600z'
);
export const caretIcon = filled('caret', 'm9 7 6 5-6 5z');
export const reusedIcon = filled(
  'reused',
  'M13 3a9 9 0 0 0-9 9H1l3.890 3.890.070.140L9 12H6a7 7 0 1 1 2.060 4.940l-1.420 1.420A9 9 0 1 0 13 3z'
);
export const runningIcon = filled(
  'running',
  'M12 4a8 8 0 0 1 8 8h-2.500A5.500 5.500 0 0 0 12 6.500zM12 2a10 10 0 1 0 10 10h-2a8 8 0 1 1-8-8z'
);
export const playIcon = filled('play', 'M8 5v14l11-7z');
export const stopIcon = filled(
  'stop',
  'M12 2C6.480 2 2 6.480 2 12s4.480 10 10 10 10-4.480 10-10S17.520 2 12 2zm0 18c-4.410 0-8-3.590-8-8s3.590-8 8-8 8 3.590 8 8-3.590 8-8 8zM8.500 8.500h7v7h-7z'
);
export const compareIcon = filled(
  'compare',
  'M10 3H5a2 2 0 0 0-2 2v14a2 2 0 0 0 2 2h5v2h2V1h-2zm0 15H5l5-6zm9-15h-5v2h5v13l-5-6v9h5a2 2 0 0 0 2-2V5a2 2 0 0 0-2-2z'
);
export const kernelIcon = filled(
  'kernel',
  'M9 9v6h6V9zm4 4h-2v-2h2zm8-2V9h-2V7a2 2 0 0 0-2-2h-2V3h-2v2h-2V3H9v2H7a2 2 0 0 0-2 2v2H3v2h2v2H3v2h2v2a2 2 0 0 0 2 2h2v2h2v-2h2v2h2v-2h2a2 2 0 0 0 2-2v-2h2v-2h-2v-2zm-4 6H7V7h10z'
);
export const resumeIcon = filled('resume', 'm4 18 8.500-6L4 6zm9-12v12l8.500-6z');
export const linkIcon = filled(
  'link',
  'M3.900 12A3.100 3.100 0 0 1 7 8.900h4V7H7a5 5 0 0 0 0 10h4v-1.900H7A3.100 3.100 0 0 1 3.900 12zM8 13h8v-2H8zm9-6h-4v1.900h4a3.100 3.100 0 0 1 0 6.200h-4V17h4a5 5 0 0 0 0-10z'
);
export const restoreIcon = filled(
  'restore',
  'M13 3a9 9 0 0 0-9 9H1l3.900 3.900L8.900 12H6a7 7 0 1 1 2.100 4.950l-1.420 1.420A9 9 0 1 0 13 3zm-1 5v5l4.250 2.520.750-1.230-3.500-2.070V8z'
);
export const pauseIcon = filled('pause', 'M6 5h4v14H6zm8 0h4v14h-4z');
export const tuneIcon = drawn(
  'tune',
  'M3 6h10m4 0h4M3 12h3m4 0h11M3 18h12m4 0h2M15 4v4M8 10v4m9 2v4',
  2
);
