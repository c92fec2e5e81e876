import type { App } from '../../context';
import type { Route } from '../../http/route';
import { comeBackRoutes } from './comeBack';
import { compareRoutes } from './compare';
import { fileRoutes } from './files';
import { keepingRoutes } from './keeping';
import { planRoutes } from './plan';
import { takeRoutes } from './take';

export function snapshotRoutes(app: App): Route[] {
  return [
    ...planRoutes(app),
    ...takeRoutes(app),
    ...keepingRoutes(app),
    ...fileRoutes(app),
    ...compareRoutes(app),
    ...comeBackRoutes(app)
  ];
}
