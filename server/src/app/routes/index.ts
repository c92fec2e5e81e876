import type { App } from '../context';
import { Router } from '../http/router';
import { displayRoutes } from './displays';
import { experimentRoutes } from './experiments';
import { feedRoutes } from './feeds';
import { healthRoutes } from './health';
import { logRoutes } from './logs';
import { notebookRoutes } from './notebooks';
import { runRoutes } from './runs';
import { snapshotRoutes } from './snapshots';
import { valueRoutes } from './values';

/** All that the server answers. */
export function createRouter(app: App): Router {
  return new Router([
    ...healthRoutes(app),
    ...notebookRoutes(app),
    ...runRoutes(app),
    ...feedRoutes(app),
    ...logRoutes(app),
    ...displayRoutes(app),
    ...snapshotRoutes(app),
    ...valueRoutes(app),
    ...experimentRoutes(app)
  ]);
}
