import { getDoctor, getHealth } from '@chard/core/protocol/api';
import { examineMachine } from '../../doctor';
import type { App } from '../context';
import { answer, type Route } from '../http/route';

export function healthRoutes({ host, instance, resumed }: App): Route[] {
  return [
    answer(getHealth, () => ({ version: __VERSION__, instance, resumed: [...resumed] })),
    answer(getDoctor, async () => ({ findings: await examineMachine(host) }))
  ];
}
