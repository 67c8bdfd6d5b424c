import { join } from 'node:path';
import { packageRoot } from '../../config/package.ts';
import { CannotRun, type Check, must } from './check.ts';
import { findPromtool } from './promtool.ts';

/** Prometheus' configurations and alerts, by Prometheus' own checker. */
export const checkMonitoring: Check = {
  name: 'monitoring',
  what: 'Prometheus’ configurations, alerts and their unit tests',
  how: 'promtool',
  leavesOut: [
    {
      what: 'Grafana with the dashboards, the OpenTelemetry collector',
      why: 'they come as images alone; `npm test` holds each dashboard’s panels to the metrics that processes serve',
    },
  ],
  async run() {
    const promtool = await findPromtool();
    if (!promtool) throw new CannotRun('there is no promtool: install Prometheus, or set PROMTOOL');
    const env = { ...process.env, PROMTOOL: promtool };
    const said = await must('sh', [join(packageRoot, 'deploy/monitoring/check.sh')], { env });
    const files = said.match(/\S+\.yml is valid/g)?.length ?? 0;
    const rules = /(\d+) rules found/.exec(said)?.[1] ?? 'no';
    const [version] = (await must(promtool, ['--version'])).split(' (');
    const unread = /^kubernetes\.yml: .*/m.exec(said)?.[0];
    return [
      `${version}: ${files} configurations are valid, ${rules} alerts; their unit tests pass`,
      ...(unread ? [unread] : []),
    ];
  },
};
