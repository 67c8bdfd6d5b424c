import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { packageRoot } from '../config/package.ts';

export const monitoringFolder = join(packageRoot, 'deploy', 'monitoring');
const inMonitoring = (...path: string[]) => readFileSync(join(monitoringFolder, ...path), 'utf8');

export interface Panel {
  id: number;
  type: string;
  title: string;
  gridPos: { x: number; y: number; w: number; h: number };
  datasource?: { type: string; uid: string };
  targets?: { refId: string; expr: string; datasource: { uid: string } }[];
}

export interface Dashboard {
  file: string;
  uid: string;
  title: string;
  schemaVersion: number;
  tags: string[];
  panels: Panel[];
}

export const dashboards = (): Dashboard[] =>
  readdirSync(join(monitoringFolder, 'grafana', 'dashboards')).map((file) => ({
    ...(JSON.parse(inMonitoring('grafana', 'dashboards', file)) as Omit<Dashboard, 'file'>),
    file,
  }));

export interface Alert {
  alert: string;
  expr: string;
  for?: string;
  labels: { severity: string };
  annotations: { summary: string };
}

export const alerts = (): Alert[] =>
  (parse(inMonitoring('prometheus', 'alerts.yml')) as { groups: { rules: Alert[] }[] }).groups.flatMap(
    ({ rules }) => rules,
  );

interface RuleTest {
  alert_rule_test: { alertname: string; exp_alerts: unknown[] }[];
}

/** Names of the alerts that a unit test sees go off. */
export const testedAlerts = (): string[] =>
  (parse(inMonitoring('prometheus', 'alerts.test.yml')) as { tests: RuleTest[] }).tests
    .flatMap(({ alert_rule_test }) => alert_rule_test)
    .filter(({ exp_alerts }) => exp_alerts.length > 0)
    .map(({ alertname }) => alertname);

export const provisioned = (...path: string[]) => parse(inMonitoring(...path)) as never;

/** Every expression of the dashboards and of the alerts, with where it stands. */
export function expressions(): { where: string; expr: string }[] {
  const ofPanels = dashboards().flatMap(({ file, panels }) =>
    panels.flatMap(({ title, targets = [] }) =>
      targets.map(({ expr }) => ({ where: `${file}: ${title}`, expr })),
    ),
  );
  return [...ofPanels, ...alerts().map(({ alert, expr }) => ({ where: alert, expr }))];
}

/** The metrics that an expression names, as their processes name them: without a histogram's endings. */
export const metricsIn = (expr: string): string[] =>
  [...expr.matchAll(/\b(?:orkestra|temporal|process|nodejs)_\w+/g)].map(([name]) =>
    name.replace(/_(?:bucket|count|sum)$/, ''),
  );
